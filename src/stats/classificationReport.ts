import {confusion, type Confusion, type Label} from "./confusion.js";

export interface ClassFigures {
  label: string;
  /** Rows whose expected label is this one. */
  support: number;
  /** Rows for which this label was predicted. */
  predicted: number;
  /** Correct among predicted; undefined when the label was never predicted. */
  precision: number | undefined;
  /** Correct among expected; undefined without support. */
  recall: number | undefined;
  /** 2·correct / (support + predicted); undefined when the label occurs on neither side. */
  f1: number | undefined;
}

export interface ClassificationReport {
  n: number;
  /** Rows without an expected or a predicted label: left out of every figure here. */
  missing: number;
  accuracy: number;
  /** Plain mean of the classes' F1. */
  macroF1: number | undefined;
  /** Mean of the classes' F1 weighted by support. */
  weightedF1: number | undefined;
  classes: ClassFigures[];
  confusion: Confusion;
}

/**
 * Accuracy, precision, recall and F1 (all 0 to 1) by class and over classes, and the confusion matrix.
 * Classes are the labels seen on either side, or `labels` when given: then a prediction outside them counts as
 * wrong and has a column in the confusion matrix, but no class of its own in the averages. Undefined when no row
 * has both labels. Definitions as in scikit-learn's classification_report, except that a ratio without a
 * denominator is undefined instead of 0.
 */
export function classificationReport(
  expected: ArrayLike<Label>,
  predicted: ArrayLike<Label>,
  {labels}: {labels?: readonly string[]} = {}
): ClassificationReport | undefined {
  const matrix = confusion(expected, predicted, labels);
  const {n} = matrix;
  if (n === 0) return undefined;
  const classes = (labels ?? matrix.labels).map((label): ClassFigures => {
    const k = matrix.labels.indexOf(label);
    const correct = matrix.counts[k]![k]!;
    const support = matrix.counts[k]!.reduce((sum, count) => sum + count, 0);
    const predictions = matrix.counts.reduce((sum, row) => sum + row[k]!, 0);
    return {
      label,
      support,
      predicted: predictions,
      precision: predictions > 0 ? correct / predictions : undefined,
      recall: support > 0 ? correct / support : undefined,
      f1: support + predictions > 0 ? (2 * correct) / (support + predictions) : undefined
    };
  });
  const correct = matrix.counts.reduce((sum, row, k) => sum + row[k]!, 0);
  const withF1 = classes.filter(
    (figures): figures is ClassFigures & {f1: number} => figures.f1 !== undefined
  );
  const supported = withF1.reduce((sum, {support}) => sum + support, 0);
  return {
    n,
    missing: expected.length - n,
    accuracy: correct / n,
    macroF1: withF1.length > 0 ? withF1.reduce((sum, {f1}) => sum + f1, 0) / withF1.length : undefined,
    weightedF1:
      supported > 0 ? withF1.reduce((sum, {f1, support}) => sum + f1 * support, 0) / supported : undefined,
    classes,
    confusion: matrix
  };
}
