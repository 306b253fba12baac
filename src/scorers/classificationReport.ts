export interface ClassFigures {
  label: string;
  /** Rows whose expected label this is. */
  support: number;
  predicted: number;
  correct: number;
  /** Undefined when the label was never predicted. */
  precision?: number;
  /** Undefined when no row expects the label. */
  recall?: number;
  /** 2·correct / (support + predicted). */
  f1: number;
}

export interface ClassificationReport {
  rows: number;
  accuracy: number;
  /** Mean F1 over the labels that some row expects, each counting the same. */
  macroF1: number;
  /** Mean F1 over the same labels, weighted by their support. */
  weightedF1: number;
  /** Expected labels first, then labels that were only predicted, each group in alphabetical order. */
  classes: ClassFigures[];
  /** `confusion[i][j]`: rows expecting `classes[i]` for which `classes[j]` was predicted. */
  confusion: number[][];
}

/**
 * Accuracy, F1 and confusion of single-label predictions. Undefined when there are no rows. A label that was
 * predicted but that no row expects (an invented one) costs the label it stands in for its recall; it has no
 * F1 of its own in the averages.
 */
export function classificationReport(
  rows: readonly {expected: string; predicted: string}[]
): ClassificationReport | undefined {
  if (rows.length === 0) return undefined;
  const expected = new Set(rows.map((row) => row.expected));
  const invented = new Set(rows.map((row) => row.predicted).filter((label) => !expected.has(label)));
  const labels = [...[...expected].sort(), ...[...invented].sort()];
  const position = new Map(labels.map((label, i) => [label, i]));
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  for (const row of rows) confusion[position.get(row.expected)!]![position.get(row.predicted)!]!++;

  const classes = labels.map((label, i) => {
    const support = confusion[i]!.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, line) => sum + line[i]!, 0);
    const correct = confusion[i]![i]!;
    return {
      label,
      support,
      predicted,
      correct,
      precision: predicted > 0 ? correct / predicted : undefined,
      recall: support > 0 ? correct / support : undefined,
      f1: (2 * correct) / (support + predicted)
    };
  });
  const known = classes.slice(0, expected.size);
  return {
    rows: rows.length,
    accuracy: classes.reduce((sum, one) => sum + one.correct, 0) / rows.length,
    macroF1: known.reduce((sum, one) => sum + one.f1, 0) / known.length,
    weightedF1: known.reduce((sum, one) => sum + one.f1 * one.support, 0) / rows.length,
    classes,
    confusion
  };
}
