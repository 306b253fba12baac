import {JUDGE, type Judge, judgeSettings} from "./askJudge.js";
import {askSupport} from "./askSupport.js";
import {type ContextsOf, groundedAnswer} from "./groundedAnswer.js";
import {checkOptions, func} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {ScoreResult, Scorer} from "./types.js";

export interface GroundedJudgeOptions extends Judge {
  /** The contexts of a row. Default: its column `contexts`. Those in an answer `{"answer", "contexts"}` go before. */
  contexts?: ContextsOf;
}

interface GroundedTask {
  name: string;
  module: string;
  /** What the judge is told; it is part of the scorer's version. */
  task: string;
  /** A score that needs no judge. */
  known?(grounded: {answer: string; contexts: readonly string[]}): ScoreResult | undefined;
}

/** A scorer by a judge that counts which statements of an answer its contexts support. */
export function groundedJudge(
  options: GroundedJudgeOptions,
  {name, module, task, known = () => undefined}: GroundedTask
): Scorer {
  checkOptions<GroundedJudgeOptions>(name, options, {...JUDGE, contexts: func});
  const {contexts, ...judge} = options;
  const score: Scorer = async (input) => {
    const grounded = groundedAnswer(input, contexts);
    if ("failed" in grounded) return grounded;
    return known(grounded) ?? (await askSupport(judge, task, input, grounded));
  };
  return withSettings(
    score,
    {judge: judgeSettings(judge)},
    {
      module,
      given: contexts && [contexts],
      asks: judge.endpoint,
      judge: {model: judge.model, endpoint: judge.endpoint.name},
      binary: false
    }
  );
}
