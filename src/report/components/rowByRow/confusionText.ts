import type {Confusion} from "../../../base/stats/index.js";
import {countText, pluralText, percentText} from "../text/format.js";
import {labelText, OTHER} from "../rows/otherAnswers.js";

/** Rows of one expected class. */
export function rowsOfClass({counts}: Confusion, i: number): number {
  return counts[i]!.reduce((sum, value) => sum + value, 0);
}

/** What one cell of a confusion matrix says. */
export function confusionText(matrix: Confusion, i: number, j: number): string {
  const {labels, counts} = matrix;
  const [value, total] = [counts[i]![j]!, rowsOfClass(matrix, i)];
  const part = total > 0 ? ` (${percentText(value / total)})` : "";
  return `Expected ${labelText(labels[i]!)}, answered ${labelText(labels[j]!)}: ${countText(value)} of ${pluralText(total, "row")} of the class${part}.`;
}

/** What the page of examples is asked for to show the rows of a cell; undefined of an empty one, and of rare answers together. */
export function confusedRows(
  {labels, counts}: Confusion,
  {i, j, candidate}: {i: number; j: number; candidate: string}
): {expected: string; answered: string; first: string} | undefined {
  const [expected, answered] = [labels[i]!, labels[j]!];
  return counts[i]![j] === 0 || answered === OTHER ? undefined : {expected, answered, first: candidate};
}
