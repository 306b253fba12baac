import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {mergeIn, type Tensors, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const stack = (name: string, layers: number, from = 0): Tensors =>
  Object.fromEntries(Array.from({length: layers}, (_, i) => [`${name}.${i}.w`, {values: [from + i]}]));
const configOf = async (out: string) =>
  JSON.parse(await readFile(join(out, "config.json"), "utf8")) as Record<string, unknown>;
const slices = (model: string, ...ranges: [number, number][]) => ({
  merge_method: "passthrough",
  slices: ranges.map((layer_range) => ({sources: [{model, layer_range}]}))
});

describe("slices of a model that sees", () => {
  const towers = {...stack("vision_tower.encoder.layers", 6, 100), "vision_tower.norm.weight": {values: [9]}};

  it("are layers of its language model, which its config.json counts where it did", async () => {
    await writeModel(
      join(work.path, "llava"),
      {...stack("language_model.model.layers", 2), ...towers},
      {
        model_type: "llava",
        text_config: {num_hidden_layers: 2, hidden_size: 1},
        vision_config: {num_hidden_layers: 6}
      }
    );
    const {tensors, out} = await mergeIn(work.path, slices("llava", [0, 1], [1, 2], [1, 2]));
    const values = (name: string) => tensors.get(name)?.values[0];
    expect([0, 1, 2, 3].map((i) => values(`language_model.model.layers.${i}.w`))).toEqual([
      0,
      1,
      1,
      undefined
    ]);
    expect([0, 5].map((i) => values(`vision_tower.encoder.layers.${i}.w`))).toEqual([100, 105]);
    const config = await configOf(out);
    expect(config.text_config).toEqual({num_hidden_layers: 3, hidden_size: 1});
    expect(config.vision_config).toEqual({num_hidden_layers: 6});
    expect(config).not.toHaveProperty("num_hidden_layers");
  });

  it("are counted at the top of a config.json without text_config", async () => {
    await writeModel(
      join(work.path, "qwen-vl"),
      {...stack("model.layers", 2), ...stack("visual.blocks", 6)},
      {model_type: "qwen2_vl", num_hidden_layers: 2, vision_config: {depth: 6}}
    );
    const {tensors, out} = await mergeIn(work.path, slices("qwen-vl", [0, 2], [1, 2]));
    expect([...tensors.keys()].filter((name) => name.startsWith("model.layers"))).toHaveLength(3);
    expect((await configOf(out)).num_hidden_layers).toBe(3);
  });

  it("are refused where nothing tells which stack is the language model's", async () => {
    await writeModel(
      join(work.path, "omni"),
      {...stack("thinker.model.layers", 2), ...stack("talker.model.layers", 3)},
      {model_type: "omni", thinker_config: {text_config: {num_hidden_layers: 2}}}
    );
    await expect(mergeIn(work.path, slices("omni", [0, 1]))).rejects.toThrow(
      /which layers of omni are its language model's.*with "modules"/
    );
  });
});

describe("slices of models whose layers differ in their tensors", () => {
  beforeAll(async () => {
    for (const [k, name] of ["h0", "h1", "h2"].entries())
      await writeModel(
        join(work.path, name),
        {
          "model.layers.0.mlp.w": {values: [k]},
          "model.layers.1.mlp.experts.0.w": {values: [k + 10]},
          "model.layers.2.mlp.experts.0.w": {values: [k + 20]}
        },
        {model_type: "deepseek_v3", num_hidden_layers: 3}
      );
  });

  it("are merged by every kind of method, without a word on tensors that no source has", async () => {
    const sources = (...models: string[]) => models.map((model) => ({model, layer_range: [0, 3]}));
    for (const recipe of [
      {merge_method: "passthrough", slices: [{sources: sources("h1")}]},
      {merge_method: "slerp", base_model: "h0", parameters: {t: 1}, slices: [{sources: sources("h0", "h1")}]},
      {
        merge_method: "task_arithmetic",
        base_model: "h0",
        parameters: {weight: 1},
        slices: [{sources: sources("h0", "h1")}]
      }
    ]) {
      const {tensors, report} = await mergeIn(work.path, recipe);
      expect([...tensors].map(([name, {values}]) => [name, values[0]]).sort(), recipe.merge_method).toEqual([
        ["model.layers.0.mlp.w", 1],
        ["model.layers.1.mlp.experts.0.w", 11],
        ["model.layers.2.mlp.experts.0.w", 21]
      ]);
      expect(report.warnings, recipe.merge_method).toEqual([]);
    }
  });

  it("cannot go beyond the layers that a checkpoint holds, whatever its config.json says", async () => {
    await writeModel(join(work.path, "torn"), stack("model.layers", 2), {
      model_type: "x",
      num_hidden_layers: 4
    });
    await expect(mergeIn(work.path, slices("torn", [0, 4]))).rejects.toThrow(
      /layer_range ends at 4 but torn has 2 layers/
    );
  });
});

describe("models of different depth", () => {
  it("are refused, whatever their type", async () => {
    for (const [name, layers] of [
      ["deep", 3],
      ["flat", 2]
    ] as const)
      await writeModel(
        join(work.path, name),
        {...stack("model.layers", layers), "model.norm.weight": {values: [1]}},
        {model_type: "glm4", num_hidden_layers: layers}
      );
    await expect(
      mergeIn(work.path, {
        merge_method: "linear",
        parameters: {weight: 1},
        models: [{model: "deep"}, {model: "flat"}]
      })
    ).rejects.toThrow(/deep has 3 layers but flat has 2/);
  });

  it("are of one depth where only one holds a further layer that config.json does not count", async () => {
    for (const [name, layers] of [
      ["with-mtp", 3],
      ["without", 2]
    ] as const)
      await writeModel(join(work.path, name), stack("model.layers", layers), {
        model_type: "deepseek_v3",
        num_hidden_layers: 2
      });
    const {tensors} = await mergeIn(work.path, {
      merge_method: "linear",
      parameters: {weight: 1},
      models: [{model: "with-mtp"}, {model: "without"}]
    });
    expect(tensors.size).toBe(2);
  });
});
