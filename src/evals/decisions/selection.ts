import {formatCount, points} from "./points.js";

/** A candidate whose weights were chosen, its own or those of a model it was made from, on rows that it is scored on. */
export interface Selected {
  candidate: string;
  /** How many of the `of` rows scored. */
  rows: number;
  of: number;
}

/**
 * Says of the first of `order` among them, else of the one with most such rows, on how many of the rows scored its weights were
 * chosen, and how many others there are.
 */
export function selectionText(selected: readonly Selected[], order: readonly string[] = []): string {
  const most = selected.reduce((a, b) => (b.rows > a.rows ? b : a));
  const named = order.map((name) => selected.find(({candidate}) => candidate === name));
  const first = named.find((one) => one !== undefined) ?? most;
  const alike = selected.filter((one) => one !== first && one.rows === first.rows).length;
  const more = selected.length - 1 - alike;
  const who = alike === 0 ? first.candidate : `${first.candidate} and ${others(alike, "other")}`;
  const rest = more === 0 ? "" : ` Those of ${others(more, "more")} were chosen on some of them, too.`;
  return `The weights of ${who} were chosen on ${points(first.rows / first.of)}% of the rows scored (${formatCount(first.rows)} of ${formatCount(first.of)}), so the score is likely too high.${rest}`;
}

/** A line for all candidates whose weights were chosen on rows that they are scored on; none without any. */
export function selectionWarnings(selected: readonly Selected[]): string[] {
  return selected.length === 0 ? [] : [selectionText(selected)];
}

const others = (n: number, kind: "more" | "other") =>
  `${formatCount(n)} ${kind} candidate${n === 1 ? "" : "s"}`;
