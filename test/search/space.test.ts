import {describe, expect, it} from "vitest";
import {readSpace, type SearchSpace, triesOf} from "../../src/search/index.js";

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
    expect(() => readSpace("eval: [", "space.yml")).toThrow(/^space\.yml: /);
    expect(() => readSpace("", "space.yml")).toThrow(/space\.yml: it must be a search space/);
  });
});

describe("the merges to try", () => {
  it("are the whole space where it is small, each once", () => {
    const {tries, of} = triesOf(space({tries: 200}));
    // linear 9, ties 9 × 2, slerp 3, model_stock 1
    expect(of).toBe(31);
    const by = (method: string) => tries.filter((one) => one.method === method);
    // Of linear (0, 0) is nothing, (1, 1) the average, and only the weights' shares count: 0/1, 1/0, 1/2, 2/1.
    expect(by("linear").map(({name}) => name)).toHaveLength(4);
    // Ties divides by the weights too: 0/0, 0/1, 1/0, 1/1, 1/2, 2/1, with two densities each.
    expect(by("ties")).toHaveLength(12);
    expect(
      by("slerp")
        .map(({name}) => name)
        .sort()
    ).toEqual(["slerp 0", "slerp 0.5", "slerp 1"]);
    expect(by("model_stock")).toEqual([
      {name: "model_stock", method: "model_stock", weights: [], density: undefined}
    ]);
    expect(new Set(tries.map(({name}) => name)).size).toBe(tries.length);
  });

  it("are drawn by the seed where it is large, methods having equal shares", () => {
    const large = space({
      weights: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      layers: {attention: "attn", mlp: "mlp"},
      tries: 10
    });
    const {tries, of} = triesOf(large);
    expect(of).toBe(11 ** 6 + 11 ** 6 * 2 + 11 ** 3 + 1);
    expect(tries).toHaveLength(10);
    expect(tries.filter(({method}) => method === "linear")).toHaveLength(3);
    expect(tries.filter(({method}) => method === "model_stock")).toHaveLength(1);
    expect(tries[0]!.weights.map(({group}) => group)).toEqual(["attention", "mlp", "rest"]);
    expect(tries[0]!.name).toMatch(/^linear attention [\d.]+\/[\d.]+, mlp /);
    expect(triesOf(large)).toEqual({tries, of});
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
        method.endsWith("slerp") ? ["0/1", "1/0", "1/1"] : ["0/0", "0/1", "1/0", "1/1"]
      );
    }
    for (const method of ["task_arithmetic", "dare_ties", "della_linear", "breadcrumbs_ties"])
      expect(named(method, [0.5, 1]), method).toHaveLength(4);
  });

  it("of a method that sparsifies nothing have no density, and need none", () => {
    const {tries, of} = triesOf(space({methods: ["task_arithmetic"], tries: 50}));
    expect(tries.map(({name}) => name)).toHaveLength(3 ** 2);
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
  });
});
