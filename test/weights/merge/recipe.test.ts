import fc from "../../support/property.js";
import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {RecipeError} from "../../../src/weights/merge/recipe/problems.js";
import {parseRecipes} from "../../../src/weights/merge/recipe/parse.js";
import {evaluate, lookUp} from "../../../src/weights/merge/recipe/settings.js";
import {METHODS} from "../../../src/weights/merge/methods/index.js";
import type {Recipe} from "../../../src/weights/merge/recipe/types.js";
import {UserError} from "../../../src/base/validation/errors.js";
import {mergeIn, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  const layers = (n: number) =>
    Object.fromEntries(
      Array.from({length: n}, (_, i) => [`model.layers.${i}.w.weight`, {shape: [2, 2], values: [1, 2, 3, i]}])
    );
  for (const name of ["base", "a", "b", "c"])
    await writeModel(join(work.path, name), layers(4), {model_type: "llama", num_hidden_layers: 4});
});
afterAll(() => work.remove());

async function problemsOf(recipe: string) {
  try {
    await mergeIn(work.path, recipe, {out: join(work.path, "refused")});
  } catch (error) {
    expect(existsSync(join(work.path, "refused"))).toBe(false);
    expect((await readdir(work.path)).filter((name) => name.startsWith("."))).toEqual([]);
    if (error instanceof RecipeError) return error.problems;
    throw error;
  }
  throw new Error("the recipe was accepted");
}

const rejected: [name: string, line: number, message: RegExp, recipe: string][] = [
  [
    "linear with an unlisted base_model",
    4,
    /no weight/,
    `merge_method: linear
models:
- {model: a, parameters: {weight: 1}}
base_model: base`
  ],
  [
    "ties without base_model",
    2,
    /needs a base_model/,
    `models: [{model: a, parameters: {weight: 1, density: 0.5}}]
merge_method: ties`
  ],
  [
    "ties with density 0",
    4,
    /keep nothing/,
    `merge_method: ties
base_model: base
models:
- {model: a, parameters: {weight: 1, density: 0}}`
  ],
  [
    "a bare {filter, value} that leaves tensors without a required weight",
    5,
    /needs a weight for a; none applies to model\.layers\.0\.w\.weight/,
    `merge_method: linear
models:
- model: a
  parameters:
    weight: {filter: layers.1, value: 1}`
  ],
  [
    "a document named like a folder above",
    1,
    /does not begin with a dot/,
    "name: ..\nmerge_method: passthrough\nmodels: [{model: a}]"
  ],
  [
    "slerp with three models",
    4,
    /exactly 1 model beside the base_model, but 2/,
    `merge_method: slerp
base_model: base
parameters: {t: 0.5}
models: [{model: base}, {model: a}, {model: b}]`
  ],
  [
    "passthrough with two sources",
    3,
    /exactly 1 model/,
    `merge_method: passthrough
slices:
- sources:
  - {model: a, layer_range: [0, 2]}
  - {model: b, layer_range: [0, 2]}`
  ],
  [
    "model_stock with one fine-tune",
    3,
    /at least 2 models/,
    `merge_method: model_stock
base_model: base
models: [{model: a}]`
  ],
  [
    "a missing weight",
    4,
    /needs a weight for b/,
    `merge_method: linear
models:
- {model: a, parameters: {weight: 1}}
- {model: b}`
  ],
  [
    "a filter list that matches nothing for a required weight",
    5,
    /needs a weight for a; none applies to model\.layers\.0\.w\.weight/,
    `merge_method: linear
models:
- model: a
  parameters:
    weight: [{filter: nothing, value: 1}]`
  ],
  [
    "della with density ± epsilon outside (0, 1)",
    4,
    /leaves the open interval/,
    `merge_method: della
base_model: base
models:
- {model: a, parameters: {weight: 1, density: 0.9, epsilon: 0.2}}`
  ],
  [
    "slices whose sources have different lengths",
    3,
    /different lengths \(2, 3 layers\)/,
    `merge_method: linear
slices:
- sources:
  - {model: a, layer_range: [0, 2], parameters: {weight: 1}}
  - {model: b, layer_range: [0, 3], parameters: {weight: 1}}`
  ],
  [
    "dtype: bf16",
    3,
    /unknown dtype "bf16"/,
    `merge_method: linear
models: [{model: a, parameters: {weight: 1}}]
dtype: bf16`
  ],
  [
    "more than one of models, slices and modules",
    3,
    /"models" and "slices"/,
    `merge_method: passthrough
models: [{model: a}]
slices: [{sources: [{model: a, layer_range: [0, 1]}]}]`
  ],
  [
    "a layer_range that no model has",
    4,
    /two whole numbers of which the second is larger, up to 10000/,
    `merge_method: passthrough
slices:
- sources:
  - {model: a, layer_range: [0, 9e15]}`
  ],
  [
    "a layer_range beyond the model",
    4,
    /ends at 5 but a has 4 layers/,
    `merge_method: passthrough
slices:
- sources:
  - {model: a, layer_range: [0, 5]}`
  ],
  [
    "an unknown key",
    3,
    /unknown key "dtyp"/,
    "merge_method: passthrough\nmodels: [{model: a}]\ndtyp: float32"
  ],
  [
    "an unknown parameter",
    2,
    /no parameter "wight"/,
    "merge_method: linear\nmodels: [{model: a, parameters: {wight: 1}}]"
  ],
  [
    "an unknown key of a model",
    3,
    /unknown key "revison". Did you mean "revision"\? Known here: path, revision/,
    "merge_method: passthrough\nmodels:\n- model: {model: {path: a, revison: main}}"
  ],
  ["an unknown method", 1, /unknown merge_method "tise"/, "merge_method: tise\nmodels: [{model: a}]"],
  [
    "two pluses in a reference",
    2,
    /more than one "\+"/,
    "merge_method: passthrough\nmodels: [{model: a+b+c}]"
  ],
  ["broken YAML", 2, /./, "merge_method: linear\nmodels: [}"],
  [
    "a key given twice",
    3,
    /unique/i,
    "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\nmerge_method: slerp"
  ]
];

describe("a bare {filter, value}", () => {
  const recipe = `merge_method: ties
base_model: base
models:
- model: a
  parameters:
    weight: 1
    density: {filter: layers.1, value: 0.5}`;

  it("is read as a list of one entry", () => {
    const [{slices}] = parseRecipes(recipe) as [Recipe];
    expect(slices[0]!.sources[0]!.parameters.density).toEqual([{filter: "layers.1", value: 0.5}]);
  });

  it("is refused, as by the reference, when that is followed exactly", async () => {
    await expect(mergeIn(work.path, recipe, {exact: true})).rejects.toThrow(/line 7: the reference takes/);
  });
});

describe("a parameter of another method", () => {
  it("is told to change nothing, with its line", async () => {
    const recipe = `merge_method: linear
models: [{model: a, parameters: {weight: 1, density: 0.5}}]
parameters: {int8_mask: true}`;
    const {report} = await mergeIn(work.path, recipe);
    expect(report.warnings).toEqual([
      "line 3: linear has no use for int8_mask: it changes nothing.",
      "line 2: linear has no use for density: it changes nothing."
    ]);
  });
});

describe("models", () => {
  it("saved with and without the head around them have their tensors matched, named as in the base", async () => {
    const config = {model_type: "gpt2", n_layer: 2};
    const tensors = (head: string, k: number) => ({
      [`${head}wte.weight`]: {shape: [2, 1], values: [k, k]},
      [`${head}h.0.mlp.w`]: {values: [k]},
      [`${head}h.1.mlp.w`]: {values: [2 * k]}
    });
    await writeModel(join(work.path, "bare"), tensors("", 1), config);
    await writeModel(join(work.path, "headed"), tensors("transformer.", 3), config);
    const weights = {parameters: {weight: 1}};
    const named = (...models: string[]) => models.map((model) => ({model, ...weights}));
    const whole = await mergeIn(work.path, {merge_method: "linear", models: named("bare", "headed")});
    expect([...whole.tensors].map(([name, {values}]) => [name, values[0]]).sort()).toEqual([
      ["h.0.mlp.w", 2],
      ["h.1.mlp.w", 4],
      ["wte.weight", 2]
    ]);
    const deltas = await mergeIn(work.path, {
      merge_method: "task_arithmetic",
      base_model: "headed",
      models: named("bare")
    });
    expect([...deltas.tensors.keys()].sort()[0]).toBe("transformer.h.0.mlp.w");
    expect(deltas.tensors.get("transformer.h.1.mlp.w")!.values[0]).toBe(2);
    const source = (model: string) => ({model, layer_range: [1, 2], ...weights});
    const sliced = await mergeIn(work.path, {
      merge_method: "linear",
      slices: [{sources: [source("bare"), source("headed")]}]
    });
    expect(sliced.tensors.get("h.0.mlp.w")!.values[0]).toBe(4);
    expect(sliced.tensors.size).toBe(2);
  });

  it("with a revision are taken as they are, and it is said that a folder has none", async () => {
    const {report} = await mergeIn(work.path, {merge_method: "passthrough", models: [{model: "a@v2"}]});
    expect(report.warnings).toEqual(["a@v2 is a folder, which has no revisions: @v2 is not checked."]);
  });
});

describe("the dtype in config.json", () => {
  const dtypeIn = async (recipe: object) => {
    const {out} = await mergeIn(work.path, {merge_method: "linear", ...recipe});
    return (JSON.parse(await readFile(join(out, "config.json"), "utf8")) as {dtype?: string}).dtype;
  };

  it("is that of the matrices, whatever the donor's says", async () => {
    const matrix = {"w.weight": {shape: [2, 1], values: [1, 2]}, norm: {values: [1], dtype: "BF16" as const}};
    for (const name of ["wide-1", "wide-2"])
      await writeModel(join(work.path, name), matrix, {dtype: "bfloat16"});
    const models = ["wide-1", "wide-2"].map((model) => ({model, parameters: {weight: 1}}));
    expect(await dtypeIn({models})).toBe("float32");
    expect(await dtypeIn({models, out_dtype: "float16"})).toBe("float16");
  });
});

describe("a model listed twice", () => {
  it("counts once, its later parameters where no earlier one applies", async () => {
    const recipe = `merge_method: linear
models:
- {model: a, parameters: {weight: [{filter: layers.0, value: 2}]}}
- {model: a, parameters: {weight: 3}}
parameters: {normalize: false}`;
    const {tensors} = await mergeIn(work.path, recipe);
    expect([0, 1].map((i) => tensors.get(`model.layers.${i}.w.weight`)!.values[0])).toEqual([2, 3]);
  });
});

describe("recipes that must be rejected", () => {
  for (const [name, line, message, recipe] of rejected)
    it(`${name}, naming its line`, async () => {
      const problems = await problemsOf(recipe);
      expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
      expect(problems.find((problem) => message.test(problem.message))!.line).toBe(line);
    });

  it("tell all their problems at once", async () => {
    const problems = await problemsOf(`merge_method: ties
models:
- {model: a, parameters: {weight: high, density: 0.5}}
- {modle: b}
dtype: bf16
chat_template: x`);
    expect(problems.map(({line}) => line)).toEqual([3, 4, 4, 5, 6]);
  });

  it("say of each where it stands, what was found, and what is nearest", async () => {
    const problems = await problemsOf(`merge_method: tise
models:
- {model: a, parameters: {weigth: 1, density: [{filter: 3, value: 1}]}}
- {modle: b}
dtyp: float32
dtype: floot32
chat_template: chatmll`);
    const messages = problems.map(({message}) => message);
    for (const part of [
      'unknown merge_method "tise". Did you mean "ties"?',
      'models[0].parameters.density[0]: an entry is {filter: TEXT, value: NUMBER or [NUMBERS]}; filter may be left out. Found: {"filter":3,"value":1}.',
      'models[1].modle: unknown key "modle". Did you mean "model"?',
      'unknown key "dtyp". Did you mean "dtype"?',
      'unknown dtype "floot32". Did you mean "float32"?',
      "chat_template is one of"
    ])
      expect(
        messages.some((message) => message.startsWith(part)),
        part
      ).toBe(true);
    expect(messages.join()).toContain('Did you mean "chatml"? Found: "chatmll".');
    const [weight] = await problemsOf("merge_method: linear\nmodels: [{model: a, parameters: {weigth: 1}}]");
    expect(weight!.message).toMatch(
      /^models\[0\].parameters.weigth: linear has no parameter "weigth". Did you mean "weight"\?/
    );
  });

  it("name every model that cannot be opened", async () => {
    await expect(
      mergeIn(
        work.path,
        "merge_method: linear\nparameters: {weight: 1}\nmodels:\n- model: x1\n- {model: b, parameters: {}}\n- model: x2"
      )
    ).rejects.toThrow(/line 4: The model \S*x1 does not exist[^]*line 6: The model \S*x2 does not exist/);
  });
});

describe("settings", () => {
  const at = (t: number, name = "model.layers.0.mlp.w") => ({name, t});

  it("interpolate a gradient, and take its first value outside layers", () => {
    expect(evaluate([0, 0.5, 1], at(0.25))).toBe(0.25);
    expect(evaluate([0.2, 0.8], at(0))).toBe(0.2);
    expect(evaluate([0.2, 0.8], at(1))).toBe(0.8);
  });

  it("choose the first filter that is part of the name, and fall through without one", () => {
    const setting = [
      {filter: "attn", value: 1},
      {filter: "mlp", value: [2, 4]}
    ];
    expect(evaluate(setting, at(0.5))).toBe(3);
    expect(evaluate(setting, at(0.5, "norm"))).toBeUndefined();
    expect(lookUp("w", [{w: setting}, {w: 7}], at(0, "norm"))).toBe(7);
    expect(lookUp("w", [], at(0))).toBeUndefined();
  });

  it("read booleans as 1 and 0 and do not interpolate them", () => {
    expect(evaluate([true, false], at(0.9))).toBe(1);
    expect(evaluate(false, at(0))).toBe(0);
  });
});

describe("documents", () => {
  it("that name each other are merged in the order they need", async () => {
    const {report} = await mergeIn(
      work.path,
      `name: half
merge_method: linear
models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]
---
merge_method: linear
models: [{model: half, parameters: {weight: 1}}, {model: c, parameters: {weight: 1}}]`
    );
    expect(report.steps.map(({name}) => name)).toEqual(["half"]);
    expect(report.parents.map(({model}) => model)).toEqual(["half", "c"]);
  });

  it("that need each other in a circle are refused", async () => {
    const circle = (name: string, other: string) =>
      `name: ${name}\nmerge_method: passthrough\nmodels: [{model: ${other}}]\n`;
    await expect(mergeIn(work.path, `${circle("p", "q")}---\n${circle("q", "p")}`)).rejects.toThrow(/circle/);
  });
});

describe("any text or object", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      {depthSize: "small"},
      fc.constantFrom(
        "a",
        "base",
        "ties",
        "linear",
        "slerp",
        "union",
        "float16",
        null,
        true,
        0,
        -1,
        0.5,
        1e9
      ),
      fc.string({maxLength: 8}),
      fc.array(tie("any"), {maxLength: 3}),
      fc.dictionary(
        fc.constantFrom(
          "model",
          "models",
          "slices",
          "sources",
          "layer_range",
          "parameters",
          "weight",
          "density",
          "filter",
          "value",
          "source",
          "tokens",
          "base_model",
          "__proto__"
        ),
        tie("any"),
        {maxKeys: 4}
      )
    )
  })).any;

  it("parses or gives a RecipeError, nothing else", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            merge_method: fc.constantFrom(...Object.keys(METHODS), "none"),
            models: value,
            slices: value,
            base_model: value,
            parameters: value,
            tokenizer: value,
            dtype: value,
            name: value
          },
          {requiredKeys: []}
        ),
        (recipe) => {
          try {
            expect(parseRecipes(recipe).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(RecipeError);
            expect((error as RecipeError).problems.length).toBeGreaterThan(0);
          }
        }
      ),
      {numRuns: 400}
    );
    fc.assert(
      fc.property(fc.string({maxLength: 80}), (text) => {
        try {
          parseRecipes(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      {numRuns: 300}
    );
  });
});

describe("what changes nothing in a recipe", () => {
  const warningsOf = async (recipe: string | object) =>
    (await mergeIn(work.path, recipe)).report.warnings.filter(
      (one) => !one.includes("hold the same weights")
    );

  it("is a filter that no tensor has in its name, told with its line and the nearest", async () => {
    const warnings = await warningsOf(`merge_method: linear
models:
  - model: a
    parameters:
      weight:
        - {filter: weigth, value: 0}
        - {filter: layers.1, value: 2}
        - {value: 1}
  - {model: b, parameters: {weight: 1}}
`);
    expect(warnings).toEqual([
      'line 5: the filter "weigth" of weight changes nothing: no tensor has it in its name. Did you mean "weight"?'
    ]);
  });

  it("is an entry behind one that takes all that it matches", async () => {
    const weight = [{filter: "layers", value: 1}, {filter: "layers.1", value: 0}, {value: 1}];
    const warnings = await warningsOf({
      merge_method: "linear",
      models: ["a", "b"].map((model) => ({model, parameters: {weight}}))
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/models\.0\.parameters\.weight is never reached: entry 0 takes every tensor/);
  });

  it("is residual_weight, which the reference does not use either", async () => {
    const sources = ["a", "b"].map((model) => ({model, layer_range: [0, 4], parameters: {weight: 1}}));
    const warnings = await warningsOf({
      merge_method: "linear",
      slices: [{sources, residual_weight: 0.5}]
    });
    expect(warnings).toEqual([expect.stringContaining("residual_weight changes nothing")]);
  });
});

describe("names that every object answers to", () => {
  it("are no parameters and no dtypes", async () => {
    const problems = await problemsOf(`merge_method: linear
models:
  - {model: a, parameters: {weight: 1, constructor: 1, valueOf: 2}}
  - {model: b, parameters: {weight: 1}}
parameters: {toString: 1}
dtype: constructor
`);
    expect(problems.map(({message}) => message).join("\n")).toMatch(
      /no parameter "toString".*no parameter "constructor".*no parameter "valueOf".*unknown dtype "constructor"/s
    );
  });
});

describe("a vocabulary's padding", () => {
  it("is refused where no table could be so large", async () => {
    const problems = await problemsOf(`merge_method: linear
models:
  - {model: a, parameters: {weight: 1}}
  - {model: b, parameters: {weight: 1}}
tokenizer:
  source: union
  pad_to_multiple_of: 5000000000
`);
    expect(problems).toEqual([
      {
        line: 7,
        message: expect.stringMatching(
          /pad_to_multiple_of is a whole number from 1 to 1048576.*5000000000/
        ) as string
      }
    ]);
  });
});
