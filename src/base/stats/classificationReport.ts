import {mean} from "./moments.js";
import {confusion, type Confusion, type ClassLabel} from "./confusion.js";

export interface ClassFigures {
  label: string;
  /** Rows whose expected label is this one, those without a prediction among them. */
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
  /** Rows with an expected label: every figure here is over these. */
  n: number;
  /** Of them those without a prediction: wrong, as for scikit-learn an answer outside the classes is. */
  unanswered: number;
  /** Rows without an expected label, left out of every figure. */
  unlabelled: number;
  accuracy: number;
  /** Plain means over the classes that occur; a ratio without a denominator is as `withoutDenominator` says. */
  macroPrecision: number | undefined;
  macroRecall: number | undefined;
  macroF1: number | undefined;
  /** Means over the classes weighted by support. */
  weightedPrecision: number | undefined;
  weightedRecall: number | undefined;
  weightedF1: number | undefined;
  classes: ClassFigures[];
  /** Of the rows with both labels. */
  confusion: Confusion;
}

/**
 * Accuracy, precision, recall and F1 (all 0 to 1) by class and over classes, and the confusion matrix.
 * Classes are the labels seen on either side, or `labels` when given: then a prediction outside them counts as
 * wrong and has a column in the confusion matrix, but no class of its own in the averages. A row without a prediction is wrong;
 * to judge only rows that were answered, hand over only those. Undefined when no row has an expected label.
 * Definitions as in scikit-learn's classification_report, except that a class's own ratio without a denominator is
 * undefined instead of 0, and that a stated label which occurs on neither side is in no average. A ratio without a denominator
 * counts as 0 in macro averages, as scikit-learn has it by default, or is left out with `withoutDenominator: "omit"`.
 */
export function classificationReport(
  expected: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  {
    labels,
    withoutDenominator = "zero"
  }: {labels?: readonly string[]; withoutDenominator?: "zero" | "omit"} = {}
): ClassificationReport | undefined {
  const unanswered = new Map<string, number>();
  let unlabelled = 0;
  for (let i = 0; i < expected.length; i++) {
    const truth = expected[i];
    if (truth == null) unlabelled++;
    else if (predicted[i] == null) unanswered.set(String(truth), (unanswered.get(String(truth)) ?? 0) + 1);
  }
  // Labels that only unanswered rows have come after those given, in order with the others.
  const matrix = confusion(expected, predicted, labels ?? labelsOf(expected, predicted));
  const missed = [...unanswered.values()].reduce((sum, count) => sum + count, 0);
  const n = matrix.n + missed;
  if (n === 0) return undefined;
  const classes = (labels ?? matrix.labels).map((label): ClassFigures => {
    const k = matrix.labels.indexOf(label);
    const correct = matrix.counts[k]![k]!;
    const support = sumOf(matrix.counts[k]!) + (unanswered.get(label) ?? 0);
    const predictions = sumOf(matrix.counts.map((row) => row[k]!));
    return {
      label,
      support,
      predicted: predictions,
      precision: predictions > 0 ? correct / predictions : undefined,
      recall: support > 0 ? correct / support : undefined,
      f1: support + predictions > 0 ? (2 * correct) / (support + predictions) : undefined
    };
  });
  const occurring = classes.filter(({f1}) => f1 !== undefined);
  const supported = sumOf(occurring.map(({support}) => support));
  const macro = (figure: ClassFigure) =>
    mean(occurring.map((one) => one[figure] ?? (withoutDenominator === "zero" ? 0 : undefined)));
  const weighted = (figure: ClassFigure) =>
    supported > 0 ? sumOf(occurring.map((one) => (one[figure] ?? 0) * one.support)) / supported : undefined;
  return {
    n,
    unanswered: missed,
    unlabelled,
    accuracy: sumOf(matrix.counts.map((row, k) => row[k]!)) / n,
    macroPrecision: macro("precision"),
    macroRecall: macro("recall"),
    macroF1: macro("f1"),
    weightedPrecision: weighted("precision"),
    weightedRecall: weighted("recall"),
    weightedF1: weighted("f1"),
    classes,
    confusion: matrix
  };
}

type ClassFigure = "precision" | "recall" | "f1";

function labelsOf(expected: ArrayLike<ClassLabel>, predicted: ArrayLike<ClassLabel>): string[] {
  const seen = new Set<string>();
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] == null) continue;
    for (const label of [expected[i], predicted[i]]) if (label != null) seen.add(String(label));
  }
  return [...seen].sort();
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
