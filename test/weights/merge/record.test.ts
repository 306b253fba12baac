import {join, resolve} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {checkMerge, recordMerge} from "../../../src/weights/merge/index.js";
import {lineage, listModels} from "../../../src/weights/models/index.js";
import {mergeIn, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const layers = 40;
beforeAll(async () => {
  work = await workFolder();
  for (const [m, name] of ["base", "a", "b"].entries()) {
    const wave = (seed: number, scale: number) =>
      Array.from({length: 64}, (_, i) => Math.cos(i * 1.3) + scale * Math.sin(i * (seed + 1)));
    await writeModel(
      join(work.path, name),
      Object.fromEntries([
        ["model.embed_tokens.weight", {shape: [16, 4], values: wave(1, m)}],
        ...Array.from({length: layers}, (_, layer) => [
          `model.layers.${layer}.w.weight`,
          {shape: [8, 8], values: wave(m * layer + 1, m / (1 + layer))}
        ])
      ]) as Parameters<typeof writeModel>[1],
      {model_type: "example"}
    );
  }
});
afterAll(() => work.remove());

const ties = {
  merge_method: "ties",
  base_model: "base",
  models: ["a", "b"].map((model) => ({model, parameters: {weight: 0.5, density: 0.5}}))
};

describe("a merge's entry in the lineage", () => {
  it("holds parents, recipe, hashes, and how the parents relate in every layer", async () => {
    const {report, out} = await mergeIn(work.path, ties);
    const modelsDir = join(work.path, "models");
    const manifest = await recordMerge(report, {modelsDir, project: work.path});
    expect(await listModels(modelsDir)).toEqual([manifest]);
    expect(manifest).toMatchObject({
      architecture: "example",
      folder: out.slice(work.path.length + 1),
      recipe: {method: "ties", source: report.recipe.text},
      parents: [{name: "a"}, {name: "b"}, {name: "base"}]
    });
    expect(manifest.files.map(({path}) => path)).toContain("model.safetensors");
    const {merge} = manifest;
    expect(merge).toMatchObject({base: "base", models: ["a", "b"], seed: 0, exact: false, nonFinite: 0});
    expect(merge!.layers.map(({layer}) => layer)).toEqual([
      undefined,
      ...Array.from({length: layers}, (_, layer) => layer)
    ]);
    for (const {relations} of merge!.layers) {
      expect(relations.deltaNorms).toHaveLength(2);
      expect(relations.cosine).toHaveLength(4);
      expect(relations.signConflict).toBeGreaterThanOrEqual(0);
    }
  });

  it("is found by the hashes of its files when the result is merged on", async () => {
    const modelsDir = join(work.path, "chain");
    const first = await mergeIn(work.path, ties);
    const one = await recordMerge(first.report, {modelsDir, project: work.path});
    const second = await mergeIn(work.path, {
      merge_method: "linear",
      models: [first.out, "a"].map((model) => ({model, parameters: {weight: 1}}))
    });
    const two = await recordMerge(second.report, {modelsDir, project: work.path});
    const ancestors = await lineage(modelsDir, two.id);
    expect(ancestors.find(({id}) => id === one.id)?.depth).toBe(1);
    expect(JSON.stringify(two)).not.toContain(work.path + "/models");
    expect(two.parents[0]!.name).not.toContain("/");
  });

  it("replaces the record of the same merge, and finds its files outside the project again", async () => {
    const modelsDir = join(work.path, "again");
    const {report} = await mergeIn(work.path, ties);
    const where = {modelsDir, project: join(work.path, "elsewhere")};
    const first = await recordMerge(report, where);
    expect((await recordMerge(report, where)).id).toBe(first.id);
    expect(await listModels(modelsDir)).toHaveLength(1);
    expect(resolve(where.project, first.folder!)).toBe(resolve(report.out));
  });

  it("has the figures that a check gives beforehand", async () => {
    const {report} = await mergeIn(work.path, ties);
    const {documents} = await checkMerge(ties, {resolveModel: (name) => join(work.path, name)});
    const {plan} = documents[0]!;
    expect(plan!.layers).toEqual(report.layers);
    expect(plan!.models).toEqual(report.models);
    expect(plan!.nonFinite).toBe(0);
  });
});
