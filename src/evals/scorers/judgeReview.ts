import {parseScorePair} from "./parseJudgement.js";
import type {Scorer} from "./types.js";

/**
 * For outputs that are themselves a judge's review of two answers, the two scores on their first line: 1 when the
 * second answer is scored higher, 0 when the first is, 0.5 for equal scores; details {scores}. A review without such
 * a line, or with a negative score (which stands for none), is a failure.
 *
 * @example `await judgeReview({output: "6 8\nThe second answer names its source."})` gives `{value: 1, details: {scores: [6, 8]}}`
 */
export const judgeReview: Scorer = ({output}) => {
  const scores = parseScorePair(output);
  if (!scores || Math.min(...scores) < 0) return {failed: "the review does not begin with two scores"};
  const [first, second] = scores;
  return {value: second > first ? 1 : second < first ? 0 : 0.5, details: {scores}};
};
judgeReview.module = import.meta.url;
judgeReview.binary = false;
