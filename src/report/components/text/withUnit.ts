import type {ScoreFormat} from "./format.js";

/** A written difference with its unit, which those of plain scores have not: "2.1 points", "0.5". */
export function withUnit(written: string, {differenceUnit}: ScoreFormat): string {
  return differenceUnit === "points" ? `${written} points` : written;
}
