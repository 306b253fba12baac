import type {CorpusFigure} from "../../base/stats/index.js";
import {labelProbabilities} from "./labelProbabilities.js";
import {references} from "./references.js";
import {checkOptions, numberOption, oneOfOption, required, text, textList} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface ProbabilityOptions {
  /**
   * What decides. "auroc" and "auprc" (average precision) need `positive`. "brier", "logLoss" and "ece" are errors: their
   * scores are 1 − Brier, the logarithm of the probability, and 1 − ECE, so that higher is better.
   */
  measure: "auroc" | "auprc" | "brier" | "logLoss" | "ece";
  /** The label whose probability is looked at. Without it, all labels count. */
  positive?: string;
  /** The labels there are: probabilities of others are left out, and the rest sums to 1. */
  labels?: readonly string[];
  /** Where probabilities stand. Default: in the answer's "logprobs" when it has some, else in the "answer". */
  from?: "logprobs" | "answer";
  /** Bins of "ece", of equal width. Default 10. */
  bins?: number;
}

/**
 * For candidates that give probabilities: as token probabilities of a label, as JSON (`{"spam": 0.9, "ham": 0.1}`) or, with
 * `positive`, as a number from 0 to 1. Brier of several labels is half of scikit-learn's, so that it stays within 0 to 1; log loss
 * stops at 2⁻⁵². ECE without `positive` is that of the likeliest label. An answer without probabilities is a failure.
 *
 * @example `await probability({measure: "brier", positive: "spam"})({output: "0.9", expected: "spam"})` gives `{value: 0.99, details: {event: 1, probability: 0.9}}`
 */
export function probability(options: ProbabilityOptions): Scorer {
  checkOptions<ProbabilityOptions>("probability", options, {
    measure: required(oneOfOption("auroc", "auprc", "brier", "logLoss", "ece")),
    positive: text,
    labels: textList,
    from: oneOfOption("logprobs", "answer"),
    bins: numberOption({least: 1, whole: true})
  });
  const {measure, positive, labels, from, bins = 10} = options;
  if (positive === undefined && (measure === "auroc" || measure === "auprc"))
    throw new Error(`probability: measure "${measure}" needs the label \`positive\``);
  const score: Scorer = ({output, expected, completion}) => {
    const truth = labelText(expected);
    if (truth === undefined) return {failed: NO_TRUTH};
    const read = labelProbabilities(output, completion, {positive, labels, from});
    if ("failed" in read) return read;
    const {probabilities} = read;
    const ofTruth = probabilities.get(truth) ?? 0;
    const likeliest = [...probabilities].reduce((best, one) => (one[1] > best[1] ? one : best), ["", -1]);
    const event = Number(truth === (positive ?? likeliest[0]));
    const chance = positive === undefined ? likeliest[1] : (probabilities.get(positive) ?? 0);
    const given = positive === undefined ? ofTruth : event === 1 ? chance : 1 - chance;
    const details = {event, probability: chance};
    if (measure === "logLoss") return {value: Math.log(Math.max(given, Number.EPSILON)), details};
    if (measure !== "brier") return {value: 1 - Math.abs(event - chance), details};
    const squares = [...probabilities].reduce(
      (sum, [label, p]) => sum + (p - Number(label === truth)) ** 2,
      0
    );
    const missed = probabilities.has(truth) ? 0 : 1;
    return {value: 1 - (positive === undefined ? (squares + missed) / 2 : (event - chance) ** 2), details};
  };
  return withSettings(
    score,
    {measure, positive: positive ?? null, labels: labels ? [...labels] : null, from: from ?? null, bins},
    {
      module: import.meta.url,
      check: (expected) => (labelText(expected) === undefined ? NO_TRUTH : undefined),
      corpus: figureOf(measure, bins),
      binary: false,
      bounds: measure === "logLoss" ? [Math.log(Number.EPSILON), 0] : [0, 1]
    }
  );
}

const NO_TRUTH = "the row's expected value is no label: it is empty, or neither text nor a number";

function labelText(expected: unknown): string | undefined {
  if (Array.isArray(expected)) return undefined;
  const label = references(expected)?.[0]?.trim();
  return label === "" ? undefined : label;
}

function figureOf(measure: ProbabilityOptions["measure"], bins: number): CorpusFigure | undefined {
  if (measure === "ece") return {figure: "ece", bins};
  return measure === "auroc" || measure === "auprc" ? {figure: measure} : undefined;
}
