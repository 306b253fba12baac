import {existsSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {checkText, layersText} from "../../../src/cli/models/merge/mergeText.js";
import {mergeSummary} from "../../../src/report/components/merges/mergeSummary.js";
import {sampledBlocks} from "../../../src/weights/merge/engine/sample.js";
import {checkMerge} from "../../../src/weights/merge/index.js";
import {mergeRecord} from "../../../src/weights/merge/record.js";
import {Relations} from "../../../src/weights/merge/relations.js";
import {mergeIn, type Tensors, workFolder, writeModel} from "./support.js";

const ROWS = 8192;
const WIDTH = 48;
const TABLE = "model.embed_tokens.weight";
const UP = "model.layers.0.mlp.up_proj.weight";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  // What fine-tunes change lies in the last rows of the table, and in rows that no eighth of the tensor begins in.
  const model = (name: string, step: number, up = step) => {
    const values = (changed: number, by: number) =>
      Array.from(
        {length: ROWS * WIDTH},
        (_, i) => ((i * 7919) % 101) / 100 + (i >= changed * WIDTH ? by : 0)
      );
    const tensors: Tensors = {
      [TABLE]: {shape: [ROWS, WIDTH], values: values(ROWS - 128, step)},
      [UP]: {shape: [ROWS, WIDTH], values: values(5000, up)}
    };
    if (name === "nan") tensors[TABLE]!.values[(ROWS - 4000) * WIDTH + 3] = NaN;
    return writeModel(join(work.path, name), tensors);
  };
  await model("base", 0);
  await model("a", 0.5);
  await model("b", -0.5);
  await model("c", 0.5, 0);
  await model("d", -0.5, 0);
  await model("nan", 0);
});
afterAll(() => work.remove());

const ties = (...models: string[]) => ({
  merge_method: "ties",
  base_model: "base",
  models: models.map((model) => ({model, parameters: {weight: 1, density: 1}}))
});
const check = async (recipe: object, sample?: number) =>
  (
    await checkMerge(recipe, {
      sample,
      resolveModel: (name) => (existsSync(join(work.path, name)) ? join(work.path, name) : undefined)
    })
  ).documents[0]!;
const norm = (rows: number) => 0.5 * Math.sqrt(rows * WIDTH);

describe("figures of how the parents of a merge relate", () => {
  it("are of all elements where the merge is small", async () => {
    const {report} = await mergeIn(work.path, ties("a", "b"));
    const [outside, layer] = report.layers.map(({relations}) => relations);
    expect(outside!.deltaNorms![0]).toBeCloseTo(norm(128), 2);
    expect(outside!.cosine[1]).toBeCloseTo(-1, 6);
    expect(outside!.signConflict).toBe(1);
    expect(layer!.deltaNorms![1]).toBeCloseTo(norm(ROWS - 5000), 1);
    expect(layer!.sampled).toBe(layer!.elements);
    expect(layersText(report.layers)).not.toContain("≈");
  });

  it("are estimates of a sample that has the last rows of tables, and say so", async () => {
    const {report} = await mergeIn(work.path, ties("a", "b"), {sample: 1 << 16});
    const [outside, layer] = report.layers.map(({relations}) => relations);
    expect(outside!.deltaNorms![0]).toBeCloseTo(norm(128), 2);
    expect(outside!.signConflict).toBe(1);
    expect(layer!.deltaNorms![1]! / norm(ROWS - 5000)).toBeGreaterThan(0.9);
    expect(layer!.deltaNorms![1]! / norm(ROWS - 5000)).toBeLessThan(1.1);
    expect(layer!.sampled).toBeLessThan(layer!.elements);
    const text = layersText(report.layers);
    expect(text).toMatch(/outside +≈ \d.* 19%/);
    expect(text).toContain("estimated from the share of the elements");
  });

  it("never call what a sample has not seen absent", async () => {
    const {report} = await mergeIn(work.path, ties("c", "d"), {sample: 4096});
    const inside = report.layers.filter(({layer}) => layer !== undefined);
    expect(layersText(inside)).toMatch(/≈ 0\.00 +≈ 0\.00 +none seen +none seen +1%/);
    const record = {...mergeRecord(report), layers: inside};
    expect(mergeSummary(record)).toBe(
      "Figures are of the parents' differences from base. They are estimates, from 1% of the elements. None of those is changed by two parents."
    );
    const whole = await mergeIn(work.path, ties("c", "d"));
    const all = {...mergeRecord(whole.report), layers: whole.report.layers.slice(1)};
    expect(mergeSummary(all)).toContain("No element is changed by two parents.");
    expect(mergeSummary({...all, base: undefined})).toBe(
      "The recipe names no base, so figures are of the weights themselves. No element has a value other than 0 in two parents."
    );
  });

  it("count a tensor that some model lacks for those that have it", () => {
    const relations = new Relations();
    const one = {elements: 4, sampled: 4, shared: 0, conflicts: 0, nonFinite: 0};
    relations.add({...one, models: ["b"], squares: [9], gram: [9]});
    relations.add({...one, models: ["a", "b"], squares: [4, 16], gram: [4, 4, 4, 16]});
    const {models, deltaNorms, cosine, elements} = relations.result(true, ["a", "b"])!;
    expect(models).toEqual(["a", "b"]);
    expect(deltaNorms).toEqual([2, 5]);
    expect(cosine).toEqual([1, 0.5, 0.5, 1]);
    expect(elements).toBe(8);
  });
});

describe("a preflight of a model with NaN", () => {
  it("finds it wherever it is in a small merge", async () => {
    const {problems} = await check(ties("a", "nan"));
    expect(problems[0]!.message).toContain(`NaN or infinite values in the inputs of ${TABLE}`);
  });

  it("finds it in what is copied", async () => {
    const {problems} = await check({merge_method: "passthrough", models: [{model: "nan"}]});
    expect(problems[0]!.message).toContain(`NaN or infinite values in the inputs of ${TABLE}`);
  });

  it("does not say that a merge is ready when it looked at a part of the elements", async () => {
    const document = await check(ties("a", "nan"), 4096);
    expect(document.problems).toEqual([]);
    expect(checkText(document, "r.yml")).toMatch(/r\.yml: ties, ready as far as 2\.\d% of the elements tell/);
    expect(checkText(await check(ties("a", "b")), "r.yml")).toMatch(/^r\.yml: ties, ready\n/);
  });
});

describe("a sample of a tensor's elements", () => {
  it("stands for all of them and overlaps nowhere", () => {
    for (const [layer, shape, budget] of [
      [undefined, [32000, 100], 1 << 18],
      [3, [1000, 1000], 5000],
      [undefined, [10, 3], 7],
      [3, [65537], 65536],
      [undefined, [40, 40], 1e9]
    ] as const) {
      const blocks = [...sampledBlocks({name: "w", layer, shape}, budget)];
      const count = shape.reduce<number>((a, b) => a * b, 1);
      const stood = blocks.reduce((sum, block) => sum + block.weight * block.count, 0);
      expect(stood / count).toBeCloseTo(1, 9);
      for (const [i, {start}] of blocks.entries())
        if (i > 0) expect(start).toBeGreaterThanOrEqual(blocks[i - 1]!.start + blocks[i - 1]!.count);
      expect(blocks.at(-1)!.start + blocks.at(-1)!.count).toBeLessThanOrEqual(count);
    }
  });

  it("is nothing of an empty tensor and without a budget", () => {
    expect([...sampledBlocks({name: "w", layer: 1, shape: [0, 4]}, 10)]).toEqual([]);
    expect([...sampledBlocks({name: "w", layer: 1, shape: [4, 4]}, 0)]).toEqual([]);
  });
});
