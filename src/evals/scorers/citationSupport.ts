import {groundedJudge, type GroundedJudgeOptions} from "./groundedJudge.js";
import type {ScoreResult, Scorer} from "./types.js";

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
  return groundedJudge(options, {
    name: "citationSupport",
    module: import.meta.url,
    task: TASK,
    known: ({answer, contexts}): ScoreResult | undefined => {
      const lists = [...answer.matchAll(/\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]/g)];
      const cited = lists.flatMap(([, list]) => list!.split(",").map(Number));
      const unknown = cited.filter((number) => number < 1 || number > contexts.length);
      return cited.length === 0 || unknown.length > 0 ? {value: 0, details: {cited, unknown}} : undefined;
    }
  });
}
