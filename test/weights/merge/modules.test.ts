import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {parseRecipes} from "../../../src/weights/merge/recipe/parse.js";
import {lookUp} from "../../../src/weights/merge/recipe/settings.js";
import {mergeIn, type Values, workFolder, writeModel} from "./support.js";

const models = [{model: "a", parameters: {weight: 1}}, {model: "b"}];

describe("a recipe of modules", () => {
  it("of one module is the recipe of its models or slices", () => {
    const [plain] = parseRecipes({merge_method: "linear", models, parameters: {weight: 2}});
    const [module] = parseRecipes({
      merge_method: "linear",
      modules: {default: {models}},
      parameters: {weight: 2}
    });
    const {form, slices, parameters} = module!;
    expect({form, slices, parameters}).toEqual({
      form: plain!.form,
      slices: plain!.slices,
      parameters: plain!.parameters
    });
    const sources = [{model: "a", layer_range: [0, 2]}];
    const [sliced] = parseRecipes({merge_method: "passthrough", modules: {default: {slices: [{sources}]}}});
    expect(sliced!.form).toBe("slices");
  });

  it("has the module's parameters before the recipe's, which hold where no filter matches", () => {
    const [recipe] = parseRecipes({
      merge_method: "linear",
      modules: {default: {models, parameters: {weight: [{filter: "mlp", value: 3}]}}},
      parameters: {weight: 2}
    });
    const weight = (name: string) => lookUp("weight", [recipe!.parameters], {name, t: 0});
    expect(weight("model.layers.0.mlp.w")).toBe(3);
    expect(weight("model.norm.weight")).toBe(2);
  });

  it("without any that can be read is refused with its line", () => {
    expect(() => parseRecipes("merge_method: linear\nmodules: []")).toThrow(/line 2: modules is a mapping/);
    expect(() => parseRecipes("merge_method: linear\nmodules:\n  text:\n    modles: [{model: a}]")).toThrow(
      /line 4: \S+ unknown key "modles"[^]*line 3: modules\.text: a module has either models or slices/
    );
  });
});

describe("models of several modules", () => {
  let work: Awaited<ReturnType<typeof workFolder>>;
  beforeAll(async () => {
    work = await workFolder();
    for (const [k, name] of ["a", "b"].entries())
      await writeModel(join(work.path, name), {
        ...Object.fromEntries(
          [0, 1, 2].flatMap((i) => [
            [`language_model.model.layers.${i}.w`, {values: [10 * k + i]}],
            [`model.vision_tower.blocks.${i}.w`, {values: [100 + 10 * k + i]}]
          ])
        ),
        "language_model.lm_head.weight": {shape: [1, 1], values: [k]}
      });
  });
  afterAll(() => work.remove());

  const weighted = (a: number, b: number) =>
    `[{model: a, parameters: {weight: ${a}}}, {model: b, parameters: {weight: ${b}}}]`;
  const first = (tensors: Map<string, Values>, name: string) => tensors.get(name)!.values[0];

  it("are merged module by module; one module takes what the others leave", async () => {
    const {tensors} = await mergeIn(
      work.path,
      `merge_method: linear
modules:
  text_decoder: {models: ${weighted(1, 1)}}
  vision_tower:
    models: ${weighted(1, 0)}
    parameters: {normalize: false}
  vision_tower.blocks.0: {models: ${weighted(0, 1)}}`
    );
    expect(tensors.size).toBe(7);
    expect(first(tensors, "language_model.model.layers.1.w")).toBe(6);
    expect(first(tensors, "language_model.lm_head.weight")).toBe(0.5);
    expect(first(tensors, "model.vision_tower.blocks.2.w")).toBe(102);
    expect(first(tensors, "model.vision_tower.blocks.0.w")).toBe(110);
  });

  it("may have the layers of one rearranged as long as their number stays", async () => {
    const recipe = (last: string) => `merge_method: passthrough
modules:
  language_model: {models: [{model: a}]}
  vision_tower:
    slices:
      - sources: [{model: a, layer_range: [0, 2]}]
      - sources: [{model: b, layer_range: ${last}}]`;
    const {tensors} = await mergeIn(work.path, recipe("[0, 1]"));
    const towers = [0, 1, 2].map((i) => first(tensors, `model.vision_tower.blocks.${i}.w`));
    expect(towers).toEqual([100, 101, 110]);
    await expect(mergeIn(work.path, recipe("[0, 2]"))).rejects.toThrow(
      /line 5: the module vision_tower would have 4 layers instead of 3/
    );
  });

  it("are refused where a tensor belongs to no module, or two modules to no tensor", async () => {
    const of = (...names: string[]) =>
      `merge_method: passthrough\nmodules:\n${names.map((name) => `  ${name}: {models: [{model: a}]}`).join("\n")}`;
    await expect(
      mergeIn(work.path, of("language_model", "vision_tower.blocks.0", "vision_tower.blocks.1"))
    ).rejects.toThrow(/line 2: model\.vision_tower\.blocks\.2\.w belong to none/);
    await expect(mergeIn(work.path, of("text", "eyes"))).rejects.toThrow(
      /line 2: no tensor's name begins with text or eyes/
    );
    const twice = `merge_method: ties
modules:
  vision_tower: {models: [{model: a, parameters: {wight: 1}}]}
  text:
    models: [{model: a, parameters: {density: 2, wait: 1}}]`;
    expect(() => parseRecipes(twice)).toThrow(
      /line 3: modules\.vision_tower\.models\[0\]\.parameters\.wight: ties has no parameter "wight"[^]*line 5: \S+ ties has no parameter "wait"/
    );
  });
});
