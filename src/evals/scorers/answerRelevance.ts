import {JUDGE, type Judge, judgeSettings} from "./askJudge.js";
import {judgeRating} from "./judgeRating.js";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {checkOptions} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";
import {isObject} from "../../base/validation/isObject.js";

/** What the judge is told; it is part of the scorer's version. */
const RUBRIC =
  "How directly and completely the answer addresses the question, whether it is true or not. 5: all of what was asked, and nothing " +
  "else. 3: a part of it, or much beside it. 1: none of it, or no answer.";

/**
 * How far an answer addresses its question, by a judge's rating from 1 to 5 as 0 to 1; details {rating}. Of an output
 * `{"answer": …}` the answer counts. Whether it is true does not: see `faithfulness`.
 *
 * @example `await answerRelevance({endpoint: recorded({name: "judge", rows: [{id: "1", output: "Rating: [[4]]"}]}), model: "any"})({output: "Paris", messages: [{role: "user", content: "Capital?"}], row: {id: "1"}})` gives `{value: 0.75, details: {rating: 4}}`
 */
export function answerRelevance(judge: Judge): Scorer {
  checkOptions<Judge>("answerRelevance", judge, JUDGE);
  const rate = judgeRating({...judge, rubric: RUBRIC, scale: [1, 5]});
  const score: Scorer = (input) => {
    const said = parseJsonOutput(input.output)?.value;
    const output = isObject(said) && typeof said.answer === "string" ? said.answer : input.output;
    return rate({...input, output, expected: undefined});
  };
  return withSettings(
    score,
    {judge: judgeSettings(judge)},
    {
      module: import.meta.url,
      asks: judge.endpoint,
      judge: {model: judge.model, endpoint: judge.endpoint.name},
      binary: false
    }
  );
}
