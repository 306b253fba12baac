import {describe, expect, it} from "vitest";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {answerRelevance, citationSupport, faithfulness} from "../../../src/evals/scorers/index.js";
import {score} from "./score.js";

const judge = (output: string) => ({
  endpoint: recorded({name: "judge", rows: [{id: "row-1", output}]}),
  model: "any"
});
const row = {id: "row-1", contexts: ["Paris is the capital.", "It lies on the Seine."]};

describe("judges of grounded answers", () => {
  it("give the share of statements that the judge counts, from its last line only", async () => {
    const said = "1. Supported: 0 of 9\nSo:\n**Supported: 3 of 4**\n";
    expect(await score(faithfulness(judge(said)), "Paris", undefined, {row})).toBe(0.75);
    for (const unclear of [
      "Supported: 3",
      "Supported: 5 of 4",
      "Supported: 0 of 0",
      "Supported: 1 of 2, supported: 2 of 2"
    ])
      expect(await score(faithfulness(judge(unclear)), "Paris", undefined, {row})).toHaveProperty("failed");
  });

  it("take answer and contexts from an agent's JSON, and fail without contexts", async () => {
    const own = JSON.stringify({answer: "Paris [1]", contexts: ["Paris is the capital."]});
    const good = judge("Supported: 1 of 1");
    expect(await score(faithfulness(good), own)).toBe(1);
    expect(await score(citationSupport(good), own)).toBe(1);
    expect(await score(faithfulness(good), "Paris")).toHaveProperty("failed");
  });

  it("give 0 without a call where an answer cites nothing, or what there is not", async () => {
    const unasked = {endpoint: recorded({name: "judge", rows: []}), model: "any"};
    for (const answer of ["Paris", "Paris [3]", "Paris [1, 4]", "Paris [0]"])
      expect(await score(citationSupport(unasked), answer, undefined, {row})).toBe(0);
  });

  it("rate relevance from 1 to 5", async () => {
    expect(await score(answerRelevance(judge("Rating: [[2]]")), '{"answer": "Paris"}')).toBe(0.25);
  });
});
