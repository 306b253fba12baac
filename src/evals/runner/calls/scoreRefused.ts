import {comparesText} from "../../scorers/comparesText.js";
import type {ScoreInput, Scorer, ScoreResult} from "../../scorers/index.js";
import {isRefused} from "../../../base/store/index.js";

/** The reason beside the score of an answer that was refused. */
export const REFUSED = "refused";

/** Whether a scorer gives an answer no credit since it was refused, whatever its text says. */
export function isWithoutCredit(scorer: Scorer, {finishReason}: ScoreInput["completion"]): boolean {
  return isRefused(finishReason) && comparesText(scorer);
}

/**
 * The score of a refused answer by a scorer that compares texts: 0, with the details of an empty answer, of which a corpus figure
 * is made. An expected value that cannot be scored is the failure that it always is.
 */
export async function scoreRefused(scorer: Scorer, input: ScoreInput): Promise<ScoreResult> {
  const problem = scorer.check?.(input.expected, input.row);
  if (problem !== undefined) return {failed: problem};
  // No call is made for what is 0 anyway.
  if (scorer.asks) return {value: 0, details: {refused: true}};
  const completion = {...input.completion, text: "", toolCalls: undefined};
  const given = await scorer({...input, output: "", completion});
  if (typeof given !== "object") return {value: 0, details: {refused: true}};
  return "failed" in given ? given : {value: 0, details: {...given.details, refused: true}};
}
