import {askSupport} from "./askSupport.js";
import {JUDGE, judgeSettings} from "./askJudge.js";
import type {GroundedJudgeOptions} from "./faithfulness.js";
import {groundedAnswer} from "./groundedAnswer.js";
import {checkOptions, func} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

/** What the judge is told; it is part of the scorer's version. */
const TASK =
  "The answer below cites its contexts by number, as [1]. Split it into its factual statements. A statement is supported when it " +
  "cites a context, and the contexts that it cites say it. A statement without a citation is not supported.";

/**
 * The share of an answer's statements whose own citations (`[1]`, counted from 1) support them, by a judge that counts; details
 * {supported, statements}. An answer that cites nothing, or a context that there is not, is 0 without a call.
 *
 * @example `await citationSupport({endpoint: recorded({name: "judge", rows: [{id: "1", output: "Supported: 1 of 1"}]}), model: "any"})({output: "Paris [1].", messages: [{role: "user", content: "Capital?"}], row: {id: "1", contexts: ["Paris is the capital."]}})` gives `{value: 1, details: {supported: 1, statements: 1}}`
 */
export function citationSupport(options: GroundedJudgeOptions): Scorer {
  checkOptions<GroundedJudgeOptions>("citationSupport", options, {...JUDGE, contexts: func});
  const {contexts, ...judge} = options;
  const score: Scorer = async (input) => {
    const grounded = groundedAnswer(input, contexts);
    if ("failed" in grounded) return grounded;
    const lists = [...grounded.answer.matchAll(/\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]/g)];
    const cited = lists.flatMap(([, list]) => list!.split(",").map(Number));
    const unknown = cited.filter((number) => number < 1 || number > grounded.contexts.length);
    if (cited.length === 0 || unknown.length > 0) return {value: 0, details: {cited, unknown}};
    return await askSupport(judge, TASK, input, grounded);
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
