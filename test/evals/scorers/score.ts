import type {Scorer, ScoreInput} from "../../../src/evals/scorers/index.js";

/** The input a scorer gets for one completion, with everything it does not look at left plain. */
export function scoreInput(output: string, expected?: unknown, rest: Partial<ScoreInput> = {}): ScoreInput {
  return {
    output,
    expected,
    row: {id: "row-1"},
    completion: {text: output, finishReason: "stop", latencyMs: 1, attempts: 1},
    messages: [{role: "user", content: "question"}],
    ...rest
  };
}

/** The value a scorer gives, or its reason for giving none. */
export async function score(
  scorer: Scorer,
  output: string,
  expected?: unknown,
  rest?: Partial<ScoreInput>
): Promise<number | {failed: string}> {
  const result = await scorer(scoreInput(output, expected, rest));
  if (typeof result === "object") return "failed" in result ? result : result.value;
  return Number(result);
}
