import {askSupport} from "./askSupport.js";
import {JUDGE, type Judge, judgeSettings} from "./askJudge.js";
import {type ContextsOf, groundedAnswer} from "./groundedAnswer.js";
import {checkOptions, func} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface GroundedJudgeOptions extends Judge {
  /** The contexts of a row. Default: its column `contexts`. Those in an answer `{"answer", "contexts"}` go before. */
  contexts?: ContextsOf;
}

/** What the judge is told; it is part of the scorer's version. */
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
  checkOptions<GroundedJudgeOptions>("faithfulness", options, {...JUDGE, contexts: func});
  const {contexts, ...judge} = options;
  const score: Scorer = async (input) => {
    const grounded = groundedAnswer(input, contexts);
    return "failed" in grounded ? grounded : await askSupport(judge, TASK, input, grounded);
  };
  return withSettings(
    score,
    {judge: judgeSettings(judge)},
    {
      module: import.meta.url,
      given: contexts && [contexts],
      asks: judge.endpoint,
      judge: {model: judge.model, endpoint: judge.endpoint.name},
      binary: false
    }
  );
}
