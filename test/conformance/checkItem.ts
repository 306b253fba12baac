import {compare, type Comparison} from "./compare.js";
import {type Figure} from "./figure.js";
import {openItem} from "./item.js";
import {readers} from "./readers/index.js";

export interface ItemResult {
  status: "passed" | "failed" | "unknown";
  comparisons: Comparison[];
  /** Why an item failed as a whole. */
  problem?: string;
}

/** Figures for which nothing is published are left out. Passes when at least one figure is compared with a published one, and all of those are within tolerance. */
export async function checkItem(folder: string): Promise<ItemResult> {
  const item = openItem(folder);
  const known = readers.filter((reader) => reader.matches(item));
  if (known.length === 0) return {status: "unknown", comparisons: []};
  const figures: Figure[] = [];
  try {
    for (const reader of known) figures.push(...(await reader.figures(item)));
  } catch (error) {
    return {
      status: "failed",
      comparisons: [],
      problem: error instanceof Error ? (error.stack ?? error.message) : String(error)
    };
  }
  const comparisons = compare(folder, figures).filter(({within}) => within !== undefined);
  if (comparisons.length === 0)
    return {status: "failed", comparisons, problem: "nothing published to compare with"};
  return {status: comparisons.every(({within}) => within) ? "passed" : "failed", comparisons};
}
