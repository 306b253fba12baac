import {points} from "./points.js";

/** How a scorer's values are written: a proportion in points of 100, anything else as it is. */
export type ScoreScale = "proportion" | "plain";

/** Numbers in sentences and tables, in the unit of the scorer. */
export interface ScoreWriter {
  /** A score, a bound or a difference without its unit: "86.3" of a proportion, "4.125" of a plain score. */
  number(value: number): string;
  /** A difference with its unit: "2.1 points" of a proportion, "0.5" of a plain score, which has none. */
  difference(value: number): string;
}

/** What a reader calls scores: the scorer's name, or the corpus figure that decides with that name: "corpus BLEU (bleu)". */
export function scoreName(scorer: string, figure: string | undefined): string {
  return figure === undefined || figure === scorer ? scorer : `${figure} (${scorer})`;
}

/** A proportion when every score lies between 0 and 1. */
export function scaleOf(columns: readonly (readonly (number | undefined)[])[]): ScoreScale {
  const within = columns.every((values) =>
    values.every((value) => value === undefined || (value >= 0 && value <= 1))
  );
  return within ? "proportion" : "plain";
}

export function writerOf(scale: ScoreScale): ScoreWriter {
  return scale === "proportion" ? PROPORTION : PLAIN;
}

const PROPORTION: ScoreWriter = {number: points, difference: (value) => `${points(value)} points`};

const PLAIN: ScoreWriter = {number: formatScore, difference: formatScore};

/** Three decimals at most, as the pages have it; what rounds to nothing has no sign. */
function formatScore(value: number): string {
  const written = value.toLocaleString("en-US", {maximumFractionDigits: 3});
  return written === "-0" ? "0" : written.replace("-", "\u2212");
}
