import type {Confusion} from "../../../base/stats/index.js";
import {count, plural, share} from "../text/format.js";
import {labelText} from "../rows/otherAnswers.js";

/** Rows of one expected class. */
export function rowsOfClass({counts}: Confusion, i: number): number {
  return counts[i]!.reduce((sum, value) => sum + value, 0);
}

/** What one cell of a confusion matrix says. */
export function confusionText(matrix: Confusion, i: number, j: number): string {
  const {labels, counts} = matrix;
  const [value, total] = [counts[i]![j]!, rowsOfClass(matrix, i)];
  const part = total > 0 ? ` (${share(value / total)})` : "";
  return `Expected ${labelText(labels[i]!)}, answered ${labelText(labels[j]!)}: ${count(value)} of ${plural(total, "row")} of the class${part}.`;
}
