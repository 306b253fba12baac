import {describe, expect, it} from "vitest";
import {parseRecipes} from "../../src/merge/recipe/parse.js";
import {lookUp} from "../../src/merge/recipe/settings.js";

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

  it("of several modules, or of none that can be read, is refused with its line", () => {
    const two = `merge_method: linear
modules:
  text: {models: [{model: a}]}
  vision: {models: [{model: a}]}`;
    expect(() => parseRecipes(two)).toThrow(/line 2: there are 2 modules \(text, vision\)/);
    expect(() => parseRecipes("merge_method: linear\nmodules: []")).toThrow(/line 2: modules is a mapping/);
    expect(() => parseRecipes("merge_method: linear\nmodules:\n  text:\n    modles: [{model: a}]")).toThrow(
      /line 4: unknown key "modles"[^]*line 3: a module has either models or slices/
    );
  });
});
