import {existsSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {checkMerge} from "../../../src/weights/merge/index.js";
import {workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  const model = (name: string, ...values: number[]) =>
    writeModel(join(work.path, name), {
      "head.weight": {values: [1, 1]},
      "layers.0.w": {shape: [2, 2], values},
      "layers.1.w": {shape: [2, 2], values: values.map((v) => v * 2)}
    });
  await model("base", 0, 0, 0, 0);
  await model("a", 3, 4, 0, 0);
  await model("b", 3, -4, 0, 5);
  await model("nan", NaN, 1, 1, 1);
});
afterAll(() => work.remove());

const check = (recipe: object) =>
  checkMerge(recipe, {
    resolveModel: (name) => (existsSync(join(work.path, name)) ? join(work.path, name) : undefined)
  });
const ties = (...models: string[]) => ({
  merge_method: "ties",
  base_model: "base",
  models: models.map((model) => ({model, parameters: {weight: 1}}))
});

describe("a preflight", () => {
  it("tells norms, cosines and sign conflicts of the differences, layer by layer", async () => {
    const {ok, documents} = await check(ties("a", "b"));
    expect(ok).toBe(true);
    const {tensors, layers} = documents[0]!.plan!;
    expect(layers.map(({layer}) => layer)).toEqual([undefined, 0, 1]);
    const {deltaNorms, cosine, signConflict, models} = layers[1]!.relations;
    expect(models).toEqual(["a", "b"]);
    expect(deltaNorms![0]).toBeCloseTo(5, 6);
    expect(deltaNorms![1]).toBeCloseTo(Math.sqrt(50), 6);
    expect(cosine[1]).toBeCloseTo((9 - 16) / (5 * Math.sqrt(50)), 6);
    expect(signConflict).toBe(0.5);
    expect(layers[0]!.relations.cosine).toEqual([null, null, null, null]);
    expect(layers[0]!.relations.signConflict).toBeNull();
    expect(tensors.map(({name}) => name).sort()).toEqual(["head.weight", "layers.0.w", "layers.1.w"]);
  });

  it("predicts disk, memory and time", async () => {
    const {predicted} = (await check(ties("a", "b"))).documents[0]!.plan!;
    expect(predicted.outputBytes).toBe(4 * (2 + 4 + 4));
    expect(predicted.freeBytes).toBeGreaterThan(predicted.outputBytes);
    expect(predicted.peakMemoryBytes).toBeGreaterThan(5e7);
    expect(predicted.seconds).toBeGreaterThan(0);
  });

  it("finds NaN in the inputs before anything is merged", async () => {
    const {ok, documents} = await check(ties("a", "nan"));
    expect(ok).toBe(false);
    expect(documents[0]!.problems[0]!.message).toMatch(
      /NaN or infinite values in the inputs of layers\.0\.w/
    );
  });

  it("gives back what is wrong with a recipe instead of throwing", async () => {
    const wrong = await check({...ties("a"), base_model: undefined, merge_methd: 1});
    expect(wrong.ok).toBe(false);
    expect(wrong.documents[0]!.problems.map(({line}) => line)).toEqual(
      expect.arrayContaining([expect.any(Number)])
    );
    const absent = await check(ties("nowhere"));
    expect(absent.documents[0]!.problems[0]!.message).toMatch(/nowhere does not exist/);
  });

  it("finds weights that add up to nothing where they are divided by their sum, once", async () => {
    const weighed = (method: string, parameters: object, ...weights: number[]) => ({
      merge_method: method,
      models: weights.map((weight, i) => ({model: ["a", "b", "base"][i], parameters: {weight}})),
      parameters
    });
    const problems = async (...all: Parameters<typeof weighed>) =>
      (await check(weighed(...all))).documents[0]!.problems.map(({message}) => message);
    for (const weights of [
      [1, -1],
      [0, 0],
      [0.1, 0.2, -0.3]
    ]) {
      const found = await problems("linear", {}, ...weights);
      expect(found).toEqual([expect.stringMatching(/add up to 0.*set normalize: false/)]);
      expect(await problems("linear", {normalize: false}, ...weights)).toEqual([]);
    }
    expect(await problems("multislerp", {}, 1, -1)).toEqual([
      expect.stringMatching(/normalize_weights: false/)
    ]);
    expect(await problems("linear", {}, 1, -0.99)).toEqual([]);
  });

  it("tells of weights that are missing, and of no sum of them", async () => {
    for (const merge_method of ["linear", "multislerp"]) {
      const {documents} = await check({merge_method, models: [{model: "a"}, {model: "b"}]});
      const said = documents[0]!.problems.map(({message}) => message);
      expect(said.length, merge_method).toBeGreaterThan(0);
      expect(said.join("\n"), merge_method).not.toContain("add up to");
    }
  });

  it("finds densities above 1 and below 0", async () => {
    for (const density of [1.1, 30, -0.1]) {
      const recipe = {...ties("a", "b"), parameters: {density}};
      for (const merge_method of ["ties", "dare_linear", "della", "breadcrumbs"])
        expect((await check({...recipe, merge_method})).documents[0]!.problems, merge_method).toMatchObject([
          {message: expect.stringContaining(`density ${density} is outside 0 to 1`)}
        ]);
    }
  });

  it("warns when model_stock would lead away from the mean", async () => {
    const {documents} = await check({
      merge_method: "model_stock",
      base_model: "base",
      models: [{model: "a"}, {model: "b"}]
    });
    expect(documents[0]!.warnings.join("\n")).toMatch(/layers\.0\.w: the models pull apart/);
  });

  it("says which documents must be merged first", async () => {
    const first = "name: x\nmerge_method: passthrough\nmodels: [{model: a}]\n";
    const {documents} = await checkMerge(`${first}---\nmerge_method: passthrough\nmodels: [{model: x}]`, {
      resolveModel: (name) => join(work.path, name)
    });
    expect(documents.map(({waitsFor}) => waitsFor)).toEqual([[], ["x"]]);
  });
});
