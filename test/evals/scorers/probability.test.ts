import {describe, expect, it} from "vitest";
import {mcc, probability, type ProbabilityOptions} from "../../../src/evals/scorers/index.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

async function meanOf(options: ProbabilityOptions, rows: readonly [output: string, expected: string][]) {
  const values = await Promise.all(
    rows.map(([output, expected]) => score(probability(options), output, expected))
  );
  return (values as number[]).reduce((sum, one) => sum + one, 0) / rows.length;
}

describe("a scorer of probabilities", () => {
  it("gives the Brier score and log loss that scikit-learn's documentation shows", async () => {
    const binary: [string, string][] = [
      ["0.1", "no"],
      ["0.9", "yes"],
      ["0.8", "yes"],
      ["0.3", "no"]
    ];
    expect(await meanOf({measure: "brier", positive: "yes"}, binary)).toBeCloseTo(1 - 0.0375, 12);
    const mails: [string, string][] = [
      ['{"ham": 0.1, "spam": 0.9}', "spam"],
      ['{"ham": 0.9, "spam": 0.1}', "ham"],
      ['{"ham": 0.8, "spam": 0.2}', "ham"],
      ['{"ham": 0.35, "spam": 0.65}', "spam"]
    ];
    expect(await meanOf({measure: "logLoss"}, mails)).toBeCloseTo(-0.21616187468057912, 12);
  });

  it("reads token probabilities, adds spellings of a label and shares the rest among the labels", async () => {
    const top = [
      {token: " spam", logprob: Math.log(0.4)},
      {token: "spam", logprob: Math.log(0.2)},
      {token: "ham", logprob: Math.log(0.2)},
      {token: "The", logprob: Math.log(0.1)}
    ];
    const completion = {...scoreInput("spam").completion, logprobs: [{...top[0]!, top}]};
    const given = async (labels?: string[]) =>
      await score(probability({measure: "brier", positive: "spam", labels}), "spam", "spam", {completion});
    expect(await given()).toBeCloseTo(1 - 0.16, 12);
    expect(await given(["spam", "ham"])).toBeCloseTo(1 - 0.0625, 12);
    expect(await given(["yes", "no"])).toHaveProperty("failed");
  });

  it("fails an answer without probabilities, and refuses an area without a positive label", async () => {
    expect(await score(probability({measure: "ece"}), "spam", "spam")).toHaveProperty("failed");
    expect(await score(probability({measure: "brier", positive: "spam"}), "1.2", "spam")).toHaveProperty(
      "failed"
    );
    expect(() => probability({measure: "auroc"})).toThrow("needs the label");
  });

  it("decides by the figure of all rows", async () => {
    const scorer = probability({measure: "auroc", positive: "1"});
    const rows = await Promise.all(
      [
        ["0.1", 0],
        ["0.4", 0],
        ["0.35", 1],
        ["0.8", 1]
      ].map(
        async ([output, expected]) =>
          (await scorer(scoreInput(output as string, expected))) as {value: number}
      )
    );
    expect(corpusOf(scorer, rows)).toBeCloseTo(0.75, 12);
    expect(mcc().corpus).toEqual({figure: "mcc"});
  });
});
