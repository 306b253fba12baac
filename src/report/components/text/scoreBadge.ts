import {badge} from "./elements.js";
import type {ScoreFormat} from "./format.js";

/** A score as a mark: of proportions right and wrong for 1 and 0, the score itself between them and of other scores. */
export function scoreBadge(score: number | undefined, format: ScoreFormat): HTMLElement {
  if (score === undefined) return badge("no score", "open");
  const isProportion = format.unit === "percent";
  if (isProportion && score === 1) return badge("right", "good");
  if (isProportion && score === 0) return badge("wrong", "bad");
  return badge(format.score(score));
}
