import type {Scores} from "./types.js";

export const isPresent = (score: number | null | undefined): score is number =>
  typeof score === "number" && Number.isFinite(score);

/** The scores that are there, in their order. */
export function present(scores: Scores): Float64Array {
  const kept = new Float64Array(scores.length);
  let n = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (isPresent(score)) kept[n++] = score;
  }
  return kept.subarray(0, n);
}
