import {beforeAll, describe, expect, it} from "vitest";
import {
  type DatasetDefinition,
  previewPurge,
  pull,
  purge,
  type PurgePreview
} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {openStore, readTombstones, writeTombstones} from "../../../src/base/store/index.js";
import {assayHere} from "../../support/assayHere.js";
import fc from "../../support/property.js";
import {type PurgeStore, purgeStore} from "../../support/purgeStore.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const idsAre = (ids: readonly string[]) =>
  `row_id in (${["nobody", ...ids].map((id) => `'${id}'`).join(", ")})`;
const told = (of: PurgeStore, ids: readonly string[]) =>
  previewPurge(of.workspace, "letters", {where: idsAre(ids)});

describe("a dry run of a purge, in a store that keeps held-out rows in every kind of record", () => {
  let store: PurgeStore;
  /** Held-out rows that are in no run of other tools. */
  let hidden: string[];
  let project: string;
  beforeAll(async () => {
    project = await temporaryProject();
    store = await purgeStore(project);
    hidden = store.held.slice(1);
  });

  it("says of a condition that only held-out rows meet what it says of one that none meets", async () => {
    expect(hidden.length).toBeGreaterThan(5);
    const nothing = await told(store, []);
    for (const ids of [hidden, ...hidden.map((id) => [id])]) expect(await told(store, ids)).toEqual(nothing);
    const shown = (ids: string[]) =>
      assayHere(project, "purge", "letters", "--where", `${idsAre(ids)} -- ${ids.join("")}`, "--dry-run");
    const shownOfNone = await shown([]);
    expect(await shown(hidden)).toEqual(shownOfNone);
    expect(shownOfNone.stdout).toBe(
      `0 rows of letters would be erased. Nothing was.\n${store.held.length} rows that splits hold out are not looked at here. A purge looks at them too.\n`
    );
  });

  it("says the same of open rows whichever held-out rows meet the condition beside them", async () => {
    const some = (ids: readonly string[]) => fc.subarray([...ids], {minLength: 1, maxLength: 3});
    await fc.assert(
      fc.asyncProperty(some(store.open), some(hidden), async (open, held) => {
        expect(await told(store, [...open, ...held])).toEqual(await told(store, open));
      }),
      {numRuns: 6}
    );
  }, 60_000);

  it("tells a row of other tools' results alike, whether the dataset holds it out or does not have it", async () => {
    const without = ({rows, ...rest}: PurgePreview) => ({...rest, rows: rows.length});
    const held = await told(store, [store.held[0]!]);
    expect(held.rows).toEqual([store.held[0]]);
    expect(without(held)).toEqual(without(await told(store, ["foreign"])));
    expect([held.versions, held.splits, held.models, held.others]).toEqual([[], [], [], []]);
    expect(held.runs).toHaveLength(1);
  });

  it("tells nothing of held-out rows that an earlier purge has marked and not yet erased", async () => {
    const {workspace} = store;
    const before = await readTombstones(workspace, "letters");
    const mark = (ids: readonly string[]) => {
      const rows = ids.map((id) => ({hash: sha256(before.salt + id), at: "2026-12-01", reason: "asked"}));
      return writeTombstones(workspace, "letters", {...before, rows});
    };
    await mark(["nobody"]);
    const nothing = await told(store, []);
    expect(nothing.journals).not.toEqual([]);
    await mark(["nobody", ...hidden]);
    for (const ids of [[], hidden]) expect(await told(store, ids)).toEqual(nothing);
    await workspace.place.remove("datasets/letters/tombstones.json");
  });
});

const spec: SplitSpec = {strategy: "random", test: 0.3, validation: 0, heldOut: 0.4};
const notes = (rows: object[], more: Partial<DatasetDefinition> = {}): DatasetDefinition => ({
  name: "notes",
  source: {kind: "rows", rows: () => rows},
  ...more
});

it("a dry run counts an equal row that is open, and not the one that is held out", async () => {
  const workspace = await temporaryWorkspace();
  const lines = Array.from({length: 40}, (_, i) => ({text: `text ${i >> 1}`}));
  const {version} = await pull(workspace, notes(lines));
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, spec);
  store.refresh();
  const open = await store.rows<{row_id: string; text: string}>("select row_id, text from notes");
  store.close();
  const halved = open.filter(({text}) => open.filter((one) => one.text === text).length === 1);
  expect(halved.length).toBeGreaterThan(4);
  for (const {row_id: id, text} of halved)
    expect(await previewPurge(workspace, "notes", {where: `text = '${text}'`})).toMatchObject({
      rows: [id],
      versions: [{id: version.id, rows: 1}],
      splits: [split.id]
    });
  // A purge takes an equal row that the condition does not name, and the held-out one.
  const [one] = open.filter(
    ({row_id: id, text}) => id.endsWith("-2") && !halved.some((other) => other.text === text)
  );
  const both = [{id: version.id, rows: 2}];
  const named = {where: `row_id = '${one!.row_id}'`};
  const copies = [one!.row_id.slice(0, -2), one!.row_id];
  expect(await previewPurge(workspace, "notes", named)).toMatchObject({rows: copies, versions: both});
  for (const where of [named.where, `text = '${halved[0]!.text}'`])
    expect(await purge(workspace, "notes", {where, reason: "asked"})).toMatchObject({
      rows: 2,
      versions: both
    });
});

it("a dry run counts a row that is open in one version, and not another of its id that is held out in the next", async () => {
  const workspace = await temporaryWorkspace();
  // The row n of the first version has the id n + 1 in the second.
  const lines = Array.from({length: 40}, (_, n) => ({old: n, key: n + 1, text: `text ${n}`}));
  const first = await pull(workspace, notes(lines, {id: "old", text: "text"}));
  const later = lines.map(({key, text}) => ({key, text}));
  const second = await pull(workspace, notes(later, {id: "key", text: "text"}));
  const store = await openStore(workspace);
  const open: SplitSpec = {strategy: "random", test: 0.9, validation: 0};
  const other = await ensureSplit(store, second.version, open);
  const {manifest} = await runEval(
    defineEval({
      dataset: "notes",
      split: open,
      candidates: [
        candidate("one", recorded({name: "r", rows: [], hosting: "on-prem", trust: "local"}), "model")
      ],
      prompt: "{{text}}",
      expected: "text",
      scorers: {exact: exactMatch}
    }),
    {store, version: second.version, split: other, evalName: "notes", options: {preflight: false}}
  );
  const split = await ensureSplit(store, first.version, spec);
  store.refresh();
  const ids = await store.rows<{old: number}>(`select old from "notes@${first.version.id}" order by old`);
  store.close();
  const isOpen = (n: number) => ids.some(({old}) => Number(old) === n);
  const found = ids.map(({old}) => Number(old)).filter((n) => n > 0 && !isOpen(n - 1));
  expect(found.length).toBeGreaterThan(4);
  const told = await previewPurge(workspace, "notes", {where: `old in (${found.join(", ")})`});
  expect(told.versions).toEqual([{id: first.version.id, rows: found.length}]);
  expect([told.splits, told.runs]).toEqual([[split.id], []]);
  const where = `old in (${found.join(", ")})`;
  const real = await purge(workspace, "notes", {where, reason: "asked"});
  expect(real.versions.toSorted((a, b) => a.rows - b.rows).map(({rows}) => rows)).toEqual([
    found.length,
    found.length
  ]);
  expect(real.runs).toEqual([manifest!.id]);
});
