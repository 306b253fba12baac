import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {ensureSplit, partWarning, previewSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {
  heldOutRecords,
  openRows,
  openStore,
  splitParts,
  type SplitManifest,
  type Store,
  type VersionManifest,
  type Workspace
} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rowsOf = (n: number) =>
  Array.from({length: n}, (_, i) => ({
    id: `r${String(i).padStart(4, "0")}`,
    // Copies of one another in pairs, so that clusters are more than single rows.
    text: `text ${i >> 1} alpha${(i >> 1) * 3} beta${(i >> 1) * 7} gamma${(i >> 1) * 11} delta and so on`,
    label: `l${(i * 7) % 3}`,
    thread: `t${i % 60 < 30 ? i % 60 : Math.floor(i / 4)}`,
    at: new Date(Date.UTC(2026, 0, 1) + i * 3 * 3_600_000)
  }));

async function pulled(workspace: Workspace, n: number) {
  const {version} = await pull(
    workspace,
    defineDataset({
      name: "mails",
      id: "id",
      text: "text",
      label: "label",
      group: "thread",
      time: "at",
      source: {kind: "rows", rows: () => rowsOf(n)}
    })
  );
  return version;
}

async function inStore<T>(workspace: Workspace, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(workspace);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

async function partsOf(
  store: Store,
  split: SplitManifest
): Promise<Map<string, {part: string; group: string}>> {
  const parts = (await splitParts(store.workspace, split))!;
  const rows = await store.rows<{row_id: string; part: string; group_key: string}>(`select * from ${parts}`);
  return new Map(rows.map(({row_id, part, group_key: group}) => [row_id, {part, group}]));
}

const made = (workspace: Workspace, version: VersionManifest, spec: SplitSpec) =>
  inStore(workspace, async (store) => {
    const split = await ensureSplit(store, version, spec, {measure: false});
    return {split, parts: await partsOf(store, split)};
  });

const heldIn = (parts: Map<string, {part: string}>) =>
  [...parts].filter(([, {part}]) => part === "held-out").map(([row]) => row);

const hidden = (workspace: Workspace, version: VersionManifest) =>
  inStore(workspace, async (store) => {
    const shown = await store.rows(await openRows(workspace, version));
    return version.rows - shown.length;
  });

const STRATEGIES = ["random", "stratified", "group", "stratified-group", "cluster", "temporal"] as const;

describe("rows are held out once", () => {
  it.each(STRATEGIES)(
    "new versions add only rows that no split had in another part: %s",
    async (strategy) => {
      const workspace = await temporaryWorkspace();
      const spec: SplitSpec = {strategy, heldOut: 0.1};
      const seen = new Set<string>();
      let before: string[] = [];
      for (const n of [400, 500, 600]) {
        const version = await pulled(workspace, n);
        const {split, parts} = await made(workspace, version, spec);
        const held = heldIn(parts);
        expect([n, before.filter((row) => !held.includes(row))]).toEqual([n, []]);
        expect([n, held.filter((row) => seen.has(row))]).toEqual([n, []]);
        expect(parts.size).toBe(n);
        expect(Object.keys(split.counts).sort()).toEqual(["held-out", "test", "train", "validation"]);
        expect(held.length).toBeGreaterThan(before.length);
        expect(held.length / n).toBeGreaterThan(0.05);
        expect(held.length / n).toBeLessThan(0.16);
        expect(await hidden(workspace, version)).toBe(held.length);
        if (/group|cluster/.test(strategy)) {
          const partsOfGroup = new Map<string, Set<string>>();
          for (const {part, group} of parts.values())
            partsOfGroup.set(group, (partsOfGroup.get(group) ?? new Set()).add(part));
          expect([...partsOfGroup.values()].filter(({size}) => size > 1)).toEqual([]);
        }
        for (const [row, {part}] of parts) if (part !== "held-out") seen.add(row);
        before = held;
      }
    }
  );

  it("divides the rest as the strategy does: the newest open rows are tested on", async () => {
    const workspace = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "temporal", heldOut: 0.1};
    await made(workspace, await pulled(workspace, 400), spec);
    const {split, parts} = await made(workspace, await pulled(workspace, 500), spec);
    expect(split.counts).toEqual({"held-out": 50, test: 75, validation: 75, train: 300});
    expect(split.heldOut).toMatchObject({kept: 40, added: 10, apart: 0});
    const open = [...parts]
      .filter(([, {part}]) => part !== "held-out")
      .sort(([a], [b]) => b.localeCompare(a));
    expect(open.slice(0, 75).every(([, {part}]) => part === "test")).toBe(true);
    expect(open.slice(75, 150).every(([, {part}]) => part === "validation")).toBe(true);
  });

  it("gives the same parts and the same id as ever where nothing was held out before, or only by the same", async () => {
    const one = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "group", heldOut: 0.2};
    await made(one, await pulled(one, 300), spec);
    const grown = await made(one, await pulled(one, 400), spec);
    const other = await temporaryWorkspace();
    const fresh = await made(other, await pulled(other, 400), spec);
    expect(grown.parts).toEqual(fresh.parts);
    expect(grown.split.id).toBe(fresh.split.id);
    expect(grown.split.asked).toBeUndefined();
  });

  it("keeps to the same rows whatever strategy divides the others, and gives such a split an id of its own", async () => {
    const workspace = await temporaryWorkspace();
    const version = await pulled(workspace, 400);
    const first = await made(workspace, version, {strategy: "random", heldOut: 0.1});
    const ids = new Set([first.split.id]);
    for (const strategy of STRATEGIES.slice(1)) {
      const {split, parts} = await made(workspace, version, {strategy, heldOut: 0.1});
      expect(heldIn(parts).sort()).toEqual(heldIn(first.parts).sort());
      expect(split.asked).toMatch(/^[0-9a-f]{64}$/);
      expect(split.asked!.startsWith(split.id)).toBe(false);
      ids.add(split.id);
      expect((await made(workspace, version, {strategy, heldOut: 0.1})).split).toEqual(split);
    }
    expect(ids.size).toBe(6);
    expect(await hidden(workspace, version)).toBe(heldIn(first.parts).length);
  });

  it("opens no row for a smaller share, takes none that was seen for a larger one, and says both", async () => {
    const workspace = await temporaryWorkspace();
    const version = await pulled(workspace, 400);
    const first = await made(workspace, version, {strategy: "stratified", heldOut: 0.2});
    const held = heldIn(first.parts).sort();
    expect(held.length).toBe(80);
    const smaller = await made(workspace, version, {strategy: "stratified", heldOut: 0.1});
    expect(heldIn(smaller.parts).sort()).toEqual(held);
    expect(partWarning(smaller.split)).toMatch(
      /^split stratified: 80 of 400 rows are held out \(20\.0%; asked for: 10\.0%\)\. What was held out once stays so/
    );
    const larger = await made(workspace, version, {strategy: "stratified", heldOut: 0.3});
    expect(heldIn(larger.parts).sort()).toEqual(held);
    expect(partWarning(larger.split)).toMatch(
      /80 of 400 rows are held out \(20\.0%; asked for: 30\.0%\)\. Rows that an earlier split had in another part/
    );
    const grown = await made(workspace, await pulled(workspace, 450), {strategy: "stratified", heldOut: 0.3});
    const added = heldIn(grown.parts).filter((row) => !held.includes(row));
    expect(added).toHaveLength(50);
    expect(added.every((row) => row >= "r0400")).toBe(true);
  });

  it("is compared without being kept: a preview is the split that would be made, and holds nothing out", async () => {
    const workspace = await temporaryWorkspace();
    const version = await pulled(workspace, 400);
    for (const strategy of STRATEGIES) {
      const spec: SplitSpec = {strategy, heldOut: 0.1};
      const preview = await inStore(workspace, (store) => previewSplit(store, version, spec));
      const elsewhere = await temporaryWorkspace();
      const {split} = await made(elsewhere, await pulled(elsewhere, 400), spec);
      expect(preview).toMatchObject({id: split.id, counts: split.counts});
    }
    expect(await heldOutRecords(workspace, "mails")).toEqual([]);
    expect(await inStore(workspace, (store) => store.splits())).toEqual([]);
    const spec: SplitSpec = {strategy: "group", heldOut: 0.1};
    const {id} = await inStore(workspace, (store) => ensureSplit(store, version, spec));
    expect(await inStore(workspace, (store) => previewSplit(store, version, spec))).toMatchObject({id});
  });
});
