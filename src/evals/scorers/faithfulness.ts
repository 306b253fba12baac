import {groundedJudge, type GroundedJudgeOptions} from "./groundedJudge.js";
import type {Scorer} from "./types.js";

const TASK =
  "Split the answer below into its factual statements. A statement is supported when the contexts alone say it or it follows " +
  "from them; what you know yourself does not count.";

/**
 * The share of an answer's statements that its contexts support, by a judge that counts them; details {supported, statements}. An answer
 * without statements is a failure, not a zero.
 *
 * @example `await faithfulness({endpoint: recorded({name: "judge", rows: [{id: "1", output: "Supported: 1 of 2"}]}), model: "any"})({output: "Paris, since 1789.", messages: [{role: "user", content: "Capital?"}], row: {id: "1", contexts: ["Paris is the capital."]}})` gives `{value: 0.5, details: {supported: 1, statements: 2}}`
 */
export function faithfulness(options: GroundedJudgeOptions): Scorer {
  return groundedJudge(options, {name: "faithfulness", module: import.meta.url, task: TASK});
}
