import {type BleuFormula, bleuScore} from "./bleu.js";
import {type ChrfFormula, chrfScore} from "./chrf.js";

/**
 * A figure of a whole corpus: counts are added up over rows, then comes one formula. Plain JSON, kept with a run. Where a row's
 * counts are in its scores' details, and what is made of their sums:
 *
 * - bleu: `matches`, `totals`, `length`, `referenceLength`; sacreBLEU's corpus BLEU.
 * - chrf: `counts`; the corpus chrF.
 * - ratio: the members that `of` and `over` name; `from` + `times` · Σ of / Σ over (0 and 1 unless told). Over nothing
 *   the ratio is 1 where there is any `of`, else 0.
 * - macroF1: `expected` and `predicted`; the plain mean of the F1 of the labels that rows expect.
 * - mcc: the same members; Matthews' correlation coefficient over all labels, as scikit-learn's.
 * - auroc, auprc: `event` (0 or 1) and its `probability`; areas under the ROC and the precision-recall curve.
 * - ece: the same members; 1 − the expected calibration error over `bins` bins of equal width.
 */
export type CorpusFigure =
  | ({figure: "bleu"; name?: string} & Pick<BleuFormula, "smoothing" | "smoothingValue">)
  | ({figure: "chrf"; name?: string} & ChrfFormula)
  | {figure: "ratio"; name?: string; of: string; over: string; from?: number; times?: number}
  | {figure: "macroF1" | "mcc"; name?: string}
  | {figure: "auroc" | "auprc"; name?: string}
  | {figure: "ece"; name?: string; bins: number};

/** A row's part of a figure: numbers to add up or, of figures of labels, the expected label and those predicted, one a repeat. */
export type CorpusCounts = readonly number[] | readonly string[];

/** What a reader calls it: "corpus BLEU". */
export function corpusName(figure: CorpusFigure): string {
  if (figure.name !== undefined) return figure.name;
  if (figure.figure === "ratio") return `${figure.of} / ${figure.over}`;
  return NAMES[figure.figure];
}

const NAMES = {
  bleu: "corpus BLEU",
  chrf: "corpus chrF",
  macroF1: "macro F1",
  mcc: "MCC",
  auroc: "AUROC",
  auprc: "AUPRC",
  ece: "1 − ECE"
};

/** Whether a figure is made of labels, which may be personal, and not of numbers. */
export function isOfLabels({figure}: CorpusFigure): boolean {
  return figure === "macroF1" || figure === "mcc";
}

/** The members of a score's details that a figure is made of. */
export function corpusMembers(figure: CorpusFigure): string[] {
  if (figure.figure === "ratio") return [figure.of, figure.over];
  if (isOfLabels(figure)) return ["expected", "predicted"];
  if (figure.figure === "bleu") return ["matches", "totals", "length", "referenceLength"];
  return figure.figure === "chrf" ? ["counts"] : ["event", "probability"];
}

/** The counts in a score's details; undefined when they are not there. */
export function corpusCounts(figure: CorpusFigure, details: object | undefined): CorpusCounts | undefined {
  const members = (details ?? {}) as Readonly<Record<string, unknown>>;
  const found = corpusMembers(figure).map((member) => members[member]);
  if (isOfLabels(figure)) return found.every((label) => typeof label === "string") ? found : undefined;
  if (figure.figure === "bleu") {
    const [matches, totals, ...lengths] = found;
    return numbers([lengths, matches, totals]);
  }
  return numbers(found);
}

function numbers(found: readonly unknown[]): number[] | undefined {
  const flat = found.flat(3);
  return flat.length > 0 && flat.every((one) => typeof one === "number" && Number.isFinite(one))
    ? (flat as number[])
    : undefined;
}

/**
 * The counts of a row that was answered several times: their means, so that every row weighs as much, whichever of its
 * repeats failed.
 */
export function meanCounts(repeats: readonly CorpusCounts[]): CorpusCounts | undefined {
  const [first] = repeats;
  if (first === undefined || repeats.length === 1) return first;
  if (areLabels(first)) return [first[0]!, ...(repeats as readonly string[][]).map((one) => one[1]!)];
  return first.map((_, j) => (repeats as number[][]).reduce((sum, one) => sum + one[j]!, 0) / repeats.length);
}

export const areLabels = (counts: CorpusCounts): counts is readonly string[] => typeof counts[0] === "string";

/** The formula of a figure whose counts are added up, for sums of counts as `corpusCounts` gives them. */
export function formulaOf(figure: CorpusFigure): (sums: Float64Array) => number {
  switch (figure.figure) {
    case "bleu":
      return (sums) => {
        const order = (sums.length - 2) / 2;
        return bleuScore(
          {
            length: sums[0]!,
            referenceLength: sums[1]!,
            matches: [...sums.subarray(2, 2 + order)],
            totals: [...sums.subarray(2 + order)]
          },
          {smoothing: figure.smoothing, smoothingValue: figure.smoothingValue}
        );
      };
    case "chrf":
      return (sums) =>
        chrfScore(
          Array.from({length: sums.length / 3}, (_, n) => [sums[3 * n]!, sums[3 * n + 1]!, sums[3 * n + 2]!]),
          figure
        );
    case "ratio":
      return ([of, over]) =>
        (figure.from ?? 0) + (figure.times ?? 1) * (over! > 0 ? of! / over! : of! > 0 ? 1 : 0);
    default:
      throw new Error(`${corpusName(figure)} is not made of sums`);
  }
}
