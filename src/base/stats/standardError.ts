import {present} from "./present.js";
import type {Scores} from "./types.js";
import {variance} from "./variance.js";

/** Standard error of the mean, √(s²/n), for rows drawn independently; undefined below two scores. */
export function standardError(scores: Scores): number | undefined {
  const values = present(scores);
  const spread = variance(values);
  return spread === undefined ? undefined : Math.sqrt(spread / values.length);
}
