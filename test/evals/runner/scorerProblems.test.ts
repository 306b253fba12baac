import {describe, expect, it} from "vitest";
import {candidate, defineEval, type EvalDefinition} from "../../../src/evals/runner/index.js";
import {bleu, classification, exactMatch, type Scorer} from "../../../src/evals/scorers/index.js";
import {server} from "./support/project.js";

const withScorers = (scorers: Record<string, unknown>, more: Partial<EvalDefinition> = {}) =>
  defineEval({
    dataset: "words",
    split: {strategy: "random"},
    prompt: "{{text}}",
    expected: "colour",
    candidates: [candidate("m", server("http://127.0.0.1:9"), "m")],
    scorers: scorers as Record<string, Scorer>,
    ...more
  });

describe("an eval's scorers", () => {
  it("are refused when what makes one stands for it", () => {
    expect(() => withScorers({accuracy: classification})).toThrow(
      "`scorers.accuracy` is `classification` itself: write `classification(…)`"
    );
    withScorers({accuracy: classification(), exact: exactMatch, own: () => 1});
  });

  it("from 0 to 1 have no gate that cannot be reached", () => {
    const gate = [{minScore: 80}];
    expect(() => withScorers({accuracy: classification()}, {gate})).toThrow(
      "`minScore: 80` can never be reached: `accuracy` is from 0 to 1. Do you mean 0.8?"
    );
    withScorers({accuracy: classification()}, {gate: [{minScore: 0.8}]});
    withScorers({bleu: bleu()}, {gate});
    withScorers({points: () => 90}, {gate});
  });
});
