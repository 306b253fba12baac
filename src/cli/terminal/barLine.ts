import {displayWidth, shortened} from "./displayWidth.js";

const WIDEST_BAR = 40;
const LEAST_BAR = 10;
const LEAST_TITLE = 12;
const LEAST_CUT = 4;

interface BarState {
  title: string;
  value: number;
  total: number;
  /** How the two are written; default "value/total". */
  counts?: string;
  /** What stands behind the counts: rate, time left, cost, failures. */
  figures: readonly string[];
}

/**
 * A line of progress that fits: the bar gives way before the title, and both before a figure. A line that wraps would be drawn
 * again below itself.
 */
export function barLine(
  {title, value, total, counts = `${value}/${total}`, figures}: BarState,
  width = Infinity
): string {
  const tail = [counts, ...figures].filter(Boolean).join(" ");
  const room = width - displayWidth(` ${tail}`) - 1;
  const bar = Math.min(WIDEST_BAR, Math.max(LEAST_BAR, room - displayWidth(title) - " []".length));
  const beside = room - bar - " []".length;
  if (beside < Math.min(LEAST_TITLE, displayWidth(title)))
    return room < LEAST_CUT ? tail : `${shortened(title, room)} ${tail}`;
  const done = Math.round(bar * Math.min(1, total > 0 ? value / total : 0));
  return `${shortened(title, beside)} [${"=".repeat(done)}${"-".repeat(bar - done)}] ${tail}`;
}
