// @module-tag long
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {
  ensureSplit,
  possibleStrategies,
  recommendSplit,
  type SplitSpec
} from "../../../src/data/splits/index.js";
import {openStore, type SplitManifest, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** Texts of 40 words; those of one topic differ in the last word at most. */
const text = (topic: number, i: number) =>
  `${Array.from({length: 39}, (_, k) => `t${topic}w${k}`).join(" ")} ${i % 3 ? "end" : `end${i}`}`;
const rowOf = (i: number, topics: number, threads: number) => ({
  id: `r${String(i).padStart(5, "0")}`,
  text: text(i % topics, i),
  thread: `h${(i * 7) % threads}`,
  label: `l${i % 2}`
});
const rowsOf = (n: number, topics: number, threads: number) =>
  Array.from({length: n}, (_, i) => rowOf(i, topics, threads));

async function split(workspace: Workspace, rows: object[], specs: SplitSpec[], group?: string) {
  const {version} = await pull(
    workspace,
    defineDataset({
      name: "notes",
      id: "id",
      text: "text",
      label: "label",
      group: group || undefined,
      source: {kind: "rows", rows: () => rows}
    })
  );
  const store = await openStore(workspace);
  try {
    const made = [];
    for (const spec of specs) {
      const manifest = await ensureSplit(store, version, spec);
      const parts = await store.rows<{row_id: string; part: string; group_key: string}>(
        `select row_id, part, group_key from parts where split = '${manifest.id}' order by row_id`
      );
      made.push({manifest, parts, byRow: new Map(parts.map((row) => [row.row_id, row.part]))});
    }
    return {made, version};
  } finally {
    store.close();
  }
}

describe("the cluster strategy", () => {
  it("leaves no near-duplicate of a test row in training, where a random split leaves nearly all", async () => {
    const {made} = await split(await temporaryWorkspace(), rowsOf(300, 60, 300), [
      {strategy: "random", test: 0.3},
      {strategy: "cluster", test: 0.3}
    ]);
    const [random, cluster] = made.map(({manifest}) => manifest.measures);
    expect(cluster).toMatchObject({
      nearLeakage: {rows: 0, share: 0},
      ngramLeakage: {rows: 0},
      similarityLeakage: 0
    });
    expect(random).toMatchObject({ngramLeakage: {long: made[0]!.manifest.counts.test}});
    expect((random!.nearLeakage as {share: number}).share).toBeGreaterThan(0.8);
    // 60 clusters of 5 rows: all ordered pairs with each row itself are 60 · 25.
    const sizes = new Map<string, number>();
    for (const {row_id, part} of made[0]!.parts)
      sizes.set(
        `${Number(row_id.slice(1)) % 60} ${part}`,
        (sizes.get(`${Number(row_id.slice(1)) % 60} ${part}`) ?? 0) + 1
      );
    const together = [...sizes.values()].reduce((sum, n) => sum + n * n, 0);
    expect(random!.similarityLeakage).toBeCloseTo(1 - together / (60 * 25), 12);
  });

  it("keeps groups and near-duplicates together at once, whatever links them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 20, max: 90}),
        fc.integer({min: 8, max: 40}),
        fc.integer({min: 8, max: 40}),
        async (n, topics, threads) => {
          const rows = rowsOf(n, topics, threads);
          const {made} = await split(await temporaryWorkspace(), rows, [{strategy: "cluster"}], "thread");
          const {parts, manifest} = made[0]!;
          expect(parts).toHaveLength(n);
          expect(manifest.measures).toMatchObject(
            manifest.counts.test ? {nearLeakage: {rows: 0}, groupLeakage: {rows: 0}} : {}
          );
          for (const column of ["thread", "topic"] as const) {
            const partsOf = new Map<string, Set<string>>();
            for (const [i, row] of rows.entries()) {
              const key = column === "thread" ? row.thread : `t${i % topics}`;
              partsOf.set(key, (partsOf.get(key) ?? new Set()).add(made[0]!.byRow.get(row.id)!));
            }
            for (const found of partsOf.values()) expect(found.size).toBe(1);
          }
        }
      ),
      {numRuns: 6}
    );
  });

  it("places clusters by the seed, and a row without a group by itself", async () => {
    const specs = (strategy: SplitSpec["strategy"]): SplitSpec[] =>
      [undefined, "1", "2"].map((seed) => ({strategy, seed, name: `${strategy} ${seed}`}));
    const rows = rowsOf(120, 120, 40).map((row, i) => ({...row, thread: i % 2 ? row.thread : null}));
    const {made} = await split(
      await temporaryWorkspace(),
      rows,
      [...specs("cluster"), ...specs("stratified-group")],
      "thread"
    );
    const placed = made.map(({byRow}) => JSON.stringify([...byRow]));
    expect(new Set(placed).size).toBe(made.length);
    for (const {byRow} of made)
      expect(new Set(rows.filter(({thread}) => !thread).map(({id}) => byRow.get(id))).size).toBe(3);
  });

  it("moves no old row when later rows join clusters or make new ones", async () => {
    const workspace = await temporaryWorkspace();
    const before = await split(workspace, rowsOf(150, 30, 150), [{strategy: "cluster"}]);
    const more = Array.from({length: 100}, (_, k) => ({...rowOf(150 + k, 50, 999)}));
    const after = await split(workspace, [...rowsOf(150, 30, 150), ...more], [{strategy: "cluster"}]);
    for (const [row, part] of before.made[0]!.byRow) expect(after.made[0]!.byRow.get(row)).toBe(part);
    expect(after.made[0]!.parts).toHaveLength(250);
  });

  it("an old row of a group split stays in its part when rows are added", async () => {
    const workspace = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "group"};
    const before = await split(workspace, rowsOf(120, 120, 40), [spec], "thread");
    const after = await split(
      workspace,
      rowsOf(360, 120, 80).map((row, i) => (i < 120 ? rowOf(i, 120, 40) : row)),
      [spec],
      "thread"
    );
    for (const [row, part] of before.made[0]!.byRow) expect(after.made[0]!.byRow.get(row)).toBe(part);
  });
});

describe("recommendSplit", () => {
  it("names the clean split and what the leaking one shares with training", async () => {
    const {made, version} = await split(await temporaryWorkspace(), rowsOf(300, 60, 300), [
      {strategy: "random"},
      {strategy: "stratified"},
      {strategy: "cluster"}
    ]);
    expect(possibleStrategies(version)).toEqual(["random", "stratified", "cluster"]);
    const choice = recommendSplit(made.map(({manifest}) => manifest))!;
    expect(choice).toMatchObject({strategy: "cluster", worst: 0});
    expect(choice.sentence).toMatch(
      /^Use the cluster split: no test row repeats a text of the training part, has a near-duplicate in it or shares 13 words in a row with it; under the (random|stratified) split \d+\.\d% of test rows .+, so its scores are likely too high\. Class shares/
    );
    // What the other measures find is said beside it, by the name of the measure.
    const near = made.map(({manifest}) => ({
      ...manifest,
      measures: {
        ...manifest.measures,
        embeddingLeakage: {rows: 25, share: 0.28, threshold: 0.8, searched: manifest.counts.test!},
        shortTextLeakage: {rows: 10, share: 0.46, threshold: 0.8, searched: 20, short: 22}
      }
    })) as unknown as SplitManifest[];
    expect(recommendSplit(near)!.sentence).toContain(
      "These measures see copied words and groups only: 28.0% of them are close in meaning to a training row (cosine 0.8 or more); 46.0% of a sample of 20 short ones are near-twins of a short training row (TF-IDF cosine 0.8 or more)."
    );
    expect(recommendSplit(near)!.sentence).not.toMatch(/no (?:test row has the like|leakage)/);
    // A clean split that a few large clusters turned upside down is no use.
    const lopsided = made.map(({manifest}) =>
      manifest.id === choice.split ? {...manifest, counts: {train: 20, validation: 5, test: 90}} : manifest
    );
    const other = recommendSplit(lopsided)!;
    expect(other.split).not.toBe(choice.split);
    expect(other.sentence).toContain("20 training rows for 90 test rows");
    const asked = lopsided.map((manifest) => ({...manifest, settings: {...manifest.settings, test: 0.8}}));
    expect(recommendSplit(asked)!.split).toBe(choice.split);
  });

  it("says which leaks least when none is clean, and nothing when none has test rows", async () => {
    const {made} = await split(await temporaryWorkspace(), rowsOf(200, 40, 200), [{strategy: "random"}]);
    expect(recommendSplit([made[0]!.manifest])!.sentence).toMatch(
      /^No strategy is clean\. The random split leaks least/
    );
    expect(recommendSplit([{...made[0]!.manifest, counts: {train: 3}}])).toBeUndefined();
  });
});
