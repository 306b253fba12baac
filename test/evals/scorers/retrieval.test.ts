import {describe, expect, it} from "vitest";
import {retrieval, type RetrievalOptions} from "../../../src/evals/scorers/index.js";
import {score} from "./score.js";

const found = (scores: Record<string, number>) =>
  JSON.stringify(Object.entries(scores).map(([id, one]) => ({id, score: one})));
const value = async (options: RetrievalOptions, output: string, expected: unknown) =>
  (await score(retrieval(options), output, expected)) as number;

describe("a scorer of retrieval", () => {
  it("gives the values that pytrec_eval publishes", async () => {
    const [q1, q2] = [found({d1: 1, d2: 0, d3: 1.5}), found({d1: 1.5, d2: 0.2, d3: 0.5})];
    const [wanted1, wanted2] = [
      {d1: 0, d2: 1, d3: 0},
      {d2: 1, d3: 1}
    ];
    expect(await value({measure: "map"}, q1, wanted1)).toBeCloseTo(0.3333333333333333, 14);
    expect(await value({measure: "ndcg"}, q1, wanted1)).toBeCloseTo(0.5, 14);
    expect(await value({measure: "map"}, q2, wanted2)).toBeCloseTo(0.5833333333333333, 14);
    expect(await value({measure: "ndcg"}, q2, wanted2)).toBeCloseTo(0.6934264036172708, 14);
    expect(await value({measure: "mrr"}, q2, wanted2)).toBe(0.5);
    expect(await value({measure: "recall", k: 2}, q2, wanted2)).toBe(0.5);
  });

  it("gives nDCG of grades as scikit-learn's documentation shows it", async () => {
    const grades = {a: 10, b: 0, c: 0, d: 1, e: 5};
    const given = found({a: 0.05, b: 1.1, c: 1, d: 0.5, e: 0});
    expect(await value({measure: "ndcg"}, found({a: 0.1, b: 0.2, c: 0.3, d: 4, e: 70}), grades)).toBeCloseTo(
      0.6957,
      4
    );
    expect(await value({measure: "ndcg"}, given, grades)).toBeCloseTo(0.4937, 4);
    expect(await value({measure: "ndcg", k: 4}, given, grades)).toBeCloseTo(0.352, 3);
  });

  it("orders equal scores by the later id, and counts the first of what was found twice", async () => {
    expect(await value({measure: "mrr"}, found({d1: 1, d2: 1}), "d1")).toBe(0.5);
    expect(await value({measure: "mrr"}, '["d9", "d9", "d1"]', "d1")).toBe(0.5);
    expect(await value({measure: "mrr"}, '["the  first\\npassage"]', ["the first passage"])).toBe(1);
    expect(await value({measure: "recall", member: "contexts"}, '{"contexts": ["b"]}', '["a", "b"]')).toBe(
      0.5
    );
  });

  it("is 0 for an answer that is no list, and fails a row with nothing relevant", async () => {
    expect(await value({measure: "map"}, "none", "d1")).toBe(0);
    for (const expected of [[], {d1: 0}, undefined, {d1: "yes"}])
      expect(await score(retrieval({measure: "map"}), "[]", expected)).toHaveProperty("failed");
  });
});
