import {describe, expect, it} from "vitest";
import {readSpace, type SearchSpace, takenGroups, triesOf} from "../../../src/evals/mergeSearch/index.js";

const space = (changes: Partial<SearchSpace> = {}): SearchSpace => ({
  eval: "words",
  models: ["a", "b"],
  base: "base",
  methods: ["linear", "ties", "slerp", "model_stock"],
  weights: [0, 0.5, 1],
  densities: [0.5, 1],
  ...changes
});

describe("a search space", () => {
  it("is refused with all its problems at once, with path, value and nearest name", () => {
    const wrong = `
eval: words
models: [a, a]
methods: [linaer, ties, model_stock]
weight: [1]
densities: [0, half]
tries: 0.5
layers: {attention: ""}
`;
    let message = "";
    try {
      readSpace(wrong, "space.yml");
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^space\.yml: /);
    expect(message).toContain("`methods[0]` must be one of");
    expect(message).toContain('(did you mean "linear"?)');
    expect(message).toContain('has no member "weight": did you mean `weights`?');
    expect(message).toContain("`densities[0]` must be a number (above 0, at most 1), not 0");
    expect(message).toContain("`densities[1]`");
    expect(message).toContain("`tries` must be a whole number (at least 1, at most 200), not 0.5");
    expect(message).toContain("`layers.attention`");
  });

  it("is refused where a method cannot do with what it gives", () => {
    const wrong = `
eval: words
models: [a, b, c, b]
methods: [slerp, ties, task_arithmetic]
weights: [2]
`;
    expect(() => readSpace(wrong, "space.yml")).toThrow(
      /`models\[3\]` names b a second time.*`methods\[0\]` holds slerp, which cannot merge 4 models.*slerp, which takes `weights` as its t.*`methods\[1\]` holds ties, which needs `base`.*ties, which needs `densities`/s
    );
    expect(() => readSpace("eval: [", "space.yml")).toThrow(/^space\.yml line 1: /);
    expect(() => readSpace("", "space.yml")).toThrow(/space\.yml: it must be a search space/);
  });
});

describe("the merges to try", () => {
  it("are the whole space where it is small, without what gives a parent, the base, the average or another", () => {
    const {tries, of, leftOut} = triesOf(space({tries: 200}));
    // linear 9, ties 9 × 2, slerp 3, model_stock 1
    expect(of).toBe(31);
    expect(tries.length + leftOut).toBe(of);
    const by = (method: string) =>
      tries.flatMap((one) => (one.method === method ? [one.name.replace(`${method} `, "")] : [])).sort();
    expect(by("linear")).toEqual(["0.5/1", "1/0.5"]);
    // It divides by the weights; one model's whole difference is that model, and none is the base.
    expect(by("ties").filter((name) => name.endsWith("density 1"))).toHaveLength(3);
    expect(by("ties").filter((name) => name.endsWith("density 0.5"))).toHaveLength(5);
    expect(by("slerp")).toEqual(["0.5"]);
    expect(tries.find(({method}) => method === "model_stock")).toEqual({
      name: "model_stock",
      method: "model_stock",
      weights: [],
      density: undefined
    });
    expect(new Set(tries.map(({name}) => name)).size).toBe(tries.length);
  });

  it("are none where every setting gives a parent, the base or the average", () => {
    const copies = space({
      methods: ["linear", "task_arithmetic", "ties", "dare_ties", "slerp", "nuslerp", "nearswap"],
      weights: [0],
      densities: [1],
      tries: 50
    });
    // nuslerp takes weights of 0 as equal ones.
    expect(triesOf(copies).tries.map(({method}) => method)).toEqual(["nuslerp"]);
    const parents = space({methods: ["linear", "task_arithmetic", "slerp"], weights: [0, 1], tries: 50});
    expect(triesOf(parents)).toMatchObject({tries: [{name: "task_arithmetic 1/1"}], of: 10, leftOut: 9});
  });

  it("of two methods that come to the same are one", () => {
    const {tries} = triesOf(
      space({methods: ["task_arithmetic", "dare_linear", "della_linear"], weights: [1], densities: [1]})
    );
    expect(tries.map(({name}) => name)).toEqual(["task_arithmetic 1/1"]);
    const random = triesOf(space({methods: ["dare_linear"], weights: [1], densities: [0.5, 1], tries: 50}));
    expect(random.tries).toHaveLength(2);
  });

  it("take a model that is the base as what it is", () => {
    const {tries} = triesOf(
      space({models: ["a", "base"], methods: ["task_arithmetic"], weights: [0, 0.5, 1], tries: 50})
    );
    expect(tries).toEqual([]);
  });

  it("of layer groups may have a parent's tensors in one and the other's in another", () => {
    const {tries} = triesOf(
      space({methods: ["linear", "slerp"], weights: [0, 1], layers: {words: "emb"}, tries: 50})
    );
    const own = tries.map(({weights}) => weights.map(({values}) => values.join("/")).join(" "));
    // Both parents, their average and each a group; slerp gives none that linear does not.
    expect(own).toHaveLength(6);
    expect(own).not.toContain("1/0 1/0");
  });

  it("are drawn by the seed where it is large, methods having equal shares", () => {
    const large = space({
      weights: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      layers: {attention: "attn", mlp: "mlp"},
      tries: 10
    });
    const {tries, of, leftOut} = triesOf(large);
    expect(of).toBe(11 ** 6 + 11 ** 6 * 2 + 11 ** 3 + 1);
    expect(tries).toHaveLength(10);
    expect(tries.filter(({method}) => method === "linear")).toHaveLength(3);
    expect(tries.filter(({method}) => method === "model_stock")).toHaveLength(1);
    expect(tries[0]!.weights.map(({group}) => group)).toEqual(["attention", "mlp", "rest"]);
    expect(tries[0]!.name).toMatch(/^linear attention [\d.]+\/[\d.]+, mlp /);
    expect(triesOf(large)).toEqual({tries, of, leftOut});
    expect(triesOf({...large, seed: "another"}).tries).not.toEqual(tries);
  });

  it("of methods that divide by the weights differ in more than a common factor", () => {
    const named = (method: string, weights: number[]) =>
      triesOf(space({methods: [method], weights, densities: [0.5], tries: 50}))
        .tries.map(({name}) => name.replace(`${method} `, "").replace(", density 0.5", ""))
        .sort();
    for (const method of ["ties", "della", "nuslerp", "multislerp"]) {
      expect(named(method, [0.5, 1]), method).toHaveLength(3);
      expect(named(method, [0, 1]), method).toEqual(
        // Along the arc of the differences to the base, the ends are the parents.
        method.endsWith("slerp") ? expect.arrayContaining(["1/1"]) : ["0/1", "1/0", "1/1"]
      );
    }
    for (const method of ["task_arithmetic", "dare_ties", "della_linear", "breadcrumbs_ties"])
      expect(named(method, [0.5, 1]), method).toHaveLength(method === "task_arithmetic" ? 3 : 4);
  });

  it("of a method that sparsifies nothing have no density, and need none", () => {
    const {tries, of} = triesOf(space({methods: ["task_arithmetic"], tries: 50}));
    expect(tries.map(({name}) => name).sort()).toEqual(
      ["0.5/0", "0/0.5", "0.5/1", "1/0.5", "1/1"].map((name) => `task_arithmetic ${name}`).sort()
    );
    expect(tries.filter(({density}) => density !== undefined)).toEqual([]);
    expect(of).toBe(3 ** 2);
    const bare = "eval: words\nmodels: [a, b]\nbase: base\nmethods: [task_arithmetic]\nweights: [1]";
    expect(readSpace(bare, "space.yml").densities).toBeUndefined();
  });

  it("are never the uniform average, which is in every race", () => {
    const linear = (changes: Partial<SearchSpace>) =>
      triesOf(space({methods: ["linear"], tries: 50, ...changes})).tries.map(({name}) => name);
    expect(linear({weights: [1]})).toEqual([]);
    expect(linear({weights: [0.5, 1]}).sort()).toEqual(["linear 0.5/1", "linear 1/0.5"]);
    expect(linear({weights: [0.5, 1], layers: {words: "emb"}})).toHaveLength(8);
    // 0.5 of each difference is the average, too.
    expect(triesOf(space({methods: ["task_arithmetic"], weights: [0.5], tries: 50})).tries).toEqual([]);
  });

  it("of a method that takes absolute steps are apart however small the steps", () => {
    const steps = (weights: number[]) =>
      triesOf(space({methods: ["nearswap"], weights, tries: 50}))
        .tries.map(({weights: [own]}) => own!.values[0])
        .sort();
    expect(steps([1e-6, 1e-5, 3e-5])).toEqual([1e-6, 1e-5, 3e-5]);
    // Nothing and more than any difference are the two models.
    expect(steps([0, 0.001, 1e6])).toEqual([0.001]);
  });

  it("have weights of their own for those groups alone that take a tensor", () => {
    const grouped = space({
      methods: ["linear"],
      weights: [0.3, 0.5, 0.7],
      layers: {attention: "attn", mlp: "mlp"},
      tries: 200
    });
    const two = triesOf(grouped, ["attention", "mlp"]);
    expect(two.of).toBe(3 ** 4);
    expect(two.tries[0]!.weights.map(({group}) => group)).toEqual(["attention", "mlp"]);
    // One group that takes everything is no group: the same as without.
    const names = ({tries}: ReturnType<typeof triesOf>) => tries.map(({name}) => name).sort();
    expect(names(triesOf(grouped, ["attention"]))).toEqual(names(triesOf({...grouped, layers: undefined})));
  });
});

describe("layer groups", () => {
  const names = ["embed.weight", "layers.0.self_attn.q.weight", "layers.0.mlp.up.weight"];

  it("are those that take a tensor, in order, and the rest where something is left", () => {
    expect(takenGroups({attention: "attn", mlp: "mlp"}, names)).toEqual(["attention", "mlp", "rest"]);
    expect(takenGroups({inside: "layers", words: "embed"}, names)).toEqual(["inside", "words"]);
    expect(takenGroups({}, names)).toEqual(["rest"]);
  });

  it("are refused without a tensor, all at once and with the nearest name", () => {
    expect(() => takenGroups({attention: "self_atn", layers: "layers.0", mlp: "mlp"}, names)).toThrow(
      /`layers\.attention` is "self_atn", which no tensor of the models has in its name \(did you mean "self_attn"\?\)\. 3 are there, such as embed\.weight.*\n`layers\.mlp` is "mlp": the groups before it take every tensor/
    );
  });
});
