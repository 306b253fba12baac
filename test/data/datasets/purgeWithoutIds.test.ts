// @module-tag long
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {defineDataset, previewPurge, pull, purge} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openDatabase, openStore, parquetFile, type Workspace} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

type Line = Record<string, string | number | null>;

const notes = (rows: Line[], more: object = {id: "id"}) =>
  defineDataset({name: "notes", source: {kind: "rows", rows: () => rows}, ...more});

const someone = {id: null, text: "call Ada"};
const rows: Line[] = [{id: "a", text: "one"}, {id: "b", text: "two"}, {id: "c", text: "three"}, someone];
const filtered = {id: "id", filters: {"has an id": "id is not null"}};
const ada = {where: "text = 'call Ada'", reason: "asked"};

async function textsOf(workspace: Workspace, version: string, file: string): Promise<string[]> {
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  const found = await db.rows<{text: string}>(
    `select text from ${parquetFile(join(datasetDir(workspace, "notes", version), file))} order by text`
  );
  db.close();
  return found.map(({text}) => text);
}

it("a dropped row without an id is erased by its content, and stays out", async () => {
  const workspace = await temporaryWorkspace();
  const other = {id: null, text: "left alone"};
  const {version} = await pull(workspace, notes([...rows, other], filtered));
  expect((await previewPurge(workspace, "notes", ada)).rows).toHaveLength(1);
  expect(await purge(workspace, "notes", ada)).toMatchObject({
    rows: 1,
    versions: [{id: version.id, rows: 1}]
  });
  expect(await textsOf(workspace, version.id, "rejected.parquet")).toEqual(["left alone"]);
  expect(await purge(workspace, "notes", ada)).toMatchObject({rows: 0, versions: []});

  await pull(workspace, notes([...rows, other], filtered));
  expect(await textsOf(workspace, version.id, "rejected.parquet")).toEqual(["left alone"]);
  const store = await openStore(workspace);
  const split = {strategy: "random", test: 0.5, validation: 0} as const;
  expect((await ensureSplit(store, (await store.latestVersion("notes"))!, split)).counts).toBeDefined();
  store.close();
});

it("a row with an id that is erased takes none without an id with it", async () => {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(workspace, notes(rows, filtered));
  await purge(workspace, "notes", {where: "id = 'a'", reason: "asked"});
  expect(await textsOf(workspace, version.id, "rejected.parquet")).toEqual(["call Ada"]);
  await expect(pull(workspace, notes(rows))).rejects.toThrow(
    /1 rows? .*id|id.*(missing|empty|null|no value)/i
  );
});

it("a store that has a tombstone without a hash works again", async () => {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(workspace, notes(rows, filtered));
  await purge(workspace, "notes", {where: "id = 'a'", reason: "asked"});
  const file = join(datasetDir(workspace, "notes"), "tombstones.json");
  const kept = JSON.parse(readFileSync(file, "utf8")) as {rows: object[]};
  kept.rows.push({hash: null, at: "2026-01-01T00:00:00Z", reason: "asked"});
  writeFileSync(file, JSON.stringify(kept));
  await pull(workspace, notes([...rows, {id: "d", text: "four"}], filtered));
  expect(await purge(workspace, "notes", ada)).toMatchObject({rows: 1});
  expect(await textsOf(workspace, version.id, "rejected.parquet")).toEqual([]);
});

it("an erased row stays out under another column's ids, and as another copy of a row without", async () => {
  const keyed = rows.slice(0, 3).map((row, i) => ({...row, key: `k${i}`}));
  const workspace = await temporaryWorkspace();
  await pull(workspace, notes(keyed));
  await purge(workspace, "notes", {where: "id = 'a'", reason: "asked"});
  const {version} = await pull(workspace, notes(keyed, {id: "key"}));
  expect(await textsOf(workspace, version.id, "rows.parquet")).toEqual(["three", "two"]);

  const bare = await temporaryWorkspace();
  const [one, two] = [{text: "one"}, {text: "two"}];
  await pull(bare, notes([one, two], {}));
  await purge(bare, "notes", {where: "text = 'one'", reason: "asked"});
  const {version: copies} = await pull(bare, notes([one, one, two], {}));
  expect(await textsOf(bare, copies.id, "rows.parquet")).toEqual(["two"]);
});
