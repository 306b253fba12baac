// @module-tag long
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  type DatasetDefinition,
  exportVersion,
  importVersion,
  pull
} from "../../../src/data/datasets/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {rng} from "../../../src/base/stats/index.js";
import {heldOutRecords, openStore, sqlString, type Workspace} from "../../../src/base/store/index.js";
import {splitDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const spec: SplitSpec = {strategy: "random", test: 0.2, validation: 0, heldOut: 0.3};

/** Seven made-up words that no other number has. */
function textOf(i: number): string {
  const random = rng("words", i);
  const letter = () => "abcdefghijklmnopqrstuvwxyz"[random.int(26)]!;
  return Array.from({length: 7}, () => Array.from({length: 6}, letter).join("")).join(" ");
}
const numbers = Array.from({length: 80}, (_, i) => i);
const changedIn = (text: string) => text.replace(/ \S+$/, " changed");

/** A dataset without ids, whose split holds out the texts of `held`. */
async function place(definition: (texts: string[]) => DatasetDefinition) {
  const workspace = await temporaryWorkspace();
  const texts = numbers.map(textOf);
  const {version} = await pull(workspace, definition(texts));
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, spec);
  const parts = join(splitDir(workspace, "questions", split.id), "parts.parquet");
  const rows = join(workspace.dir, "datasets", "questions", version.id, "rows.parquet");
  const found = await store.rows<{text: string}>(
    `select text from read_parquet(${sqlString(rows)}) join read_parquet(${sqlString(parts)}) using (row_id) where part = 'held-out'`
  );
  store.close();
  const held = new Set(found.map(({text}) => text));
  expect(held.size).toBeGreaterThan(12);
  return {workspace, version, split, texts, held};
}

const definitionOf = (texts: string[]): DatasetDefinition => ({
  name: "questions",
  text: "text",
  source: {kind: "rows", rows: () => texts.map((text) => ({text}))}
});

async function shown(workspace: Workspace): Promise<Set<string>> {
  const store = await openStore(workspace);
  try {
    const rows = await store.rows<{text: string}>("select text from questions");
    return new Set(rows.map(({text}) => text));
  } finally {
    store.close();
  }
}

describe("held-out rows of a dataset without ids", () => {
  it("stay held out when their texts are changed in the source, once and again", async () => {
    const {workspace, texts, held, split} = await place(definitionOf);
    const others = Array.from({length: 20}, (_, i) => textOf(1000 + i));
    const edited = texts.map((text) => (held.has(text) ? changedIn(text) : text));
    const said: string[] = [];
    const {version} = await pull(workspace, definitionOf([...edited, ...others]), {
      onProgress: (message) => said.push(message)
    });
    expect(said.join()).toContain(`${held.size} new rows read much like them: these are held out`);
    const open = texts.filter((text) => !held.has(text));
    expect(await shown(workspace)).toEqual(new Set([...open, ...others]));

    const twice = edited.map((text) => (text.endsWith(" changed") ? text.replace(/^\S+/, "first") : text));
    await pull(workspace, definitionOf([...twice, ...others]));
    expect(await shown(workspace)).toEqual(new Set([...open, ...others]));
    expect(await heldOutRecords(workspace, "questions")).toMatchObject([{id: split.id, rows: 3 * held.size}]);

    const store = await openStore(workspace);
    const second = await ensureSplit(store, version, {...spec, seed: "other"});
    const parts = await store.rows<{row_id: string; text: string}>(
      `select text from "questions@${version.id}" join parts using (row_id) where split = '${second.id}'`
    );
    expect(parts.filter(({text}) => text.endsWith(" changed"))).toEqual([]);
    expect(parts.length).toBeGreaterThan(20);
    store.close();
  });

  it("stay held out when a filter drops their edited states, and when no column is called the text", async () => {
    const withoutText = (texts: string[]): DatasetDefinition => ({
      ...definitionOf(texts),
      text: undefined,
      filters: {first: "text not like 'first %'"}
    });
    const {workspace, texts, held} = await place(withoutText);
    const edited = texts.map((text) => (held.has(text) ? text.replace(/^\S+/, "first") : text));
    const {version} = await pull(workspace, withoutText(edited));
    expect(version.rejected).toBe(held.size);
    await pull(workspace, withoutText(edited.map((text) => text.replace(/^first/, "second"))));
    expect(await shown(workspace)).toEqual(new Set(texts.filter((text) => !held.has(text))));
  });

  it("take edited copies beside them where rows are appended, and leave what is like an open row", async () => {
    const appending = (texts: string[]): DatasetDefinition => ({...definitionOf(texts), append: true});
    const {workspace, texts, held} = await place(appending);
    const others = Array.from({length: 20}, (_, i) => textOf(1000 + i));
    const said: string[] = [];
    await pull(workspace, appending([...texts.map(changedIn), ...others]), {
      onProgress: (message) => said.push(message)
    });
    expect(said.join()).toContain(`${held.size} new rows read more like held-out rows than like open ones`);
    const open = texts.filter((text) => !held.has(text));
    const seen = new Set([...open, ...open.map(changedIn), ...others]);
    expect(await shown(workspace)).toEqual(seen);

    // A copy of the copy, whose old states are both there.
    await pull(workspace, appending(texts.map((text) => changedIn(text).replace(/^\S+/, "first"))));
    expect(await shown(workspace)).toEqual(
      new Set([...seen, ...open.map((text) => changedIn(text).replace(/^\S+/, "first"))])
    );
  });

  it("take rows of one template in proportion only", async () => {
    const template = (i: number) => `Please send the refund for order ${10_000 + 37 * i} to my account`;
    const appending = (texts: string[]): DatasetDefinition => ({...definitionOf(texts), append: true});
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, appending(numbers.map(template)));
    const store = await openStore(workspace);
    await ensureSplit(store, version, spec);
    store.close();
    const [record] = await heldOutRecords(workspace, "questions");
    const more = Array.from({length: 80}, (_, i) => template(100 + i));
    await pull(workspace, appending(more));
    const [grown] = await heldOutRecords(workspace, "questions");
    expect(grown!.rows - record!.rows).toBeLessThan(60);
    expect((await shown(workspace)).size).toBeGreaterThan(80);
  });

  it("stay held out when the changed version is imported", async () => {
    const {workspace, texts, held} = await place(definitionOf);
    const elsewhere = await temporaryWorkspace();
    const {version} = await pull(elsewhere, definitionOf(texts.map(changedIn)));
    const folder = await exportVersion(elsewhere, version, join(elsewhere.project, "out"));
    await importVersion(workspace, "questions", version.id, folder);
    expect(await shown(workspace)).toEqual(new Set(texts.filter((text) => !held.has(text)).map(changedIn)));
  });

  it("take no other row with them: what merely goes, and what is rewritten throughout, is replaced by none", async () => {
    const {workspace, texts, held} = await place(definitionOf);
    const others = texts.map((text, i) => (held.has(text) ? textOf(5000 + i) : text));
    await pull(workspace, definitionOf(others));
    expect(await shown(workspace)).toEqual(new Set(others));
    expect(await heldOutRecords(workspace, "questions")).toMatchObject([{rows: held.size}]);
  });
});
