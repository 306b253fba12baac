import {bleu, type BleuOptions, chrf, type Scorer, ter} from "../../../src/evals/scorers/index.js";
import {bleuCounts} from "../../../src/evals/scorers/bleuCounts.js";
import {type BleuCounts, bleuScore} from "../../../src/base/stats/corpus/bleu.js";
import {corpusOf} from "../../evals/scorers/corpusOf.js";
import type {Reader, ValueFigure} from "../figure.js";
import {isObject, type Item, type JsonObject, stemOf} from "../item.js";
import {scoredRows, throughRunner} from "../throughRunner.js";
import {type OverlapCase, overlapCase, overlapSettings} from "./overlapCase.js";

/**
 * Outputs, references and the BLEU, chrF or TER that sacreBLEU's tests expect, in named groups of lists
 * [outputs, references, options?, score]. The group's name, or the file's, says which metric and with what settings.
 */
export const overlapVectors: Reader = {
  kind: "BLEU, chrF and TER vectors",
  matches: (item) => vectorFiles(item).length > 0,
  async figures(item) {
    const figures: ValueFigure[] = [];
    for (const file of vectorFiles(item)) {
      for (const [group, list] of groupsOf(item, file))
        figures.push(...(await groupFigures(file, group, list)));
    }
    return figures;
  },
  vectors: {files: vectorFiles, inputs: /\/\d+\/(0|2\/(?!common|total|counts))/}
};

async function groupFigures(file: string, group: string, list: readonly unknown[]): Promise<ValueFigure[]> {
  const figures: ValueFigure[] = [];
  const shares = /div_?100|share|fraction/i.test(group);
  for (const [i, raw] of list.entries()) {
    const one = overlapCase(raw);
    const counted = countsCase(raw);
    const name = `${group}, ${i + 1}`;
    if (counted) {
      const ours = bleuScore(counted, {smoothing: "none"});
      figures.push({
        name,
        ours,
        published: {file, path: [group, i, 1], scale: shares ? 100 : 1},
        tolerance: 1e-6
      });
    } else if (one && isObject(one.published) && "common" in one.published) {
      const [counts] = segmentCounts(one, {tokenizer: "none"});
      for (const [key, ours] of [["common", counts!.matches] as const, ["total", counts!.totals] as const])
        figures.push({name: `${name}: ${key}`, ours, published: {file, path: [group, i, ...one.at, key]}});
    } else if (one) figures.push(await scoreFigure({name, file, group, i}, one, shares));
  }
  return figures;
}

/** Within what sacreBLEU's own tests allow. */
const tolerances = {bleu: 1e-6, sentence: 1e-3, chrf: 1e-4, ter: 1e-3};

async function scoreFigure(
  {name, file, group, i}: {name: string; file: string; group: string; i: number},
  one: OverlapCase,
  shares: boolean
): Promise<ValueFigure> {
  const settings = overlapSettings(`${stemOf(file)} ${group}`, one.options);
  const published = {file, path: [group, i, ...one.at], scale: shares ? 100 : 1};
  if ("cannot" in settings) return {name, ours: undefined, published, cannot: settings.cannot};
  const ours =
    settings.metric === "bleu"
      ? await bleuOf(one, settings.options)
      : settings.metric === "chrf"
        ? await corpus(one, chrf(settings.options))
        : flip(await corpus(one, ter(settings.options)));
  const tolerance = tolerances[one.sentence ? "sentence" : settings.metric];
  return {
    name,
    ours,
    published,
    tolerance,
    // Edit rates are printed as shares in some tests and in percent in others.
    agrees:
      settings.metric === "ter"
        ? ([own], [theirs]) =>
            [1, 100].some((unit) => Math.abs(own! - unit * theirs!) <= tolerance * unit + 1e-12)
        : undefined
  };
}

/** Our TER is 100 minus the rate, so that higher is better. */
function flip(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 100 - value;
}

async function bleuOf(one: OverlapCase, options: BleuOptions): Promise<number | undefined> {
  if (!one.sentence && options.effectiveOrder && one.outputs.length > 1) {
    return bleuScore(added(segmentCounts(one, options)), options);
  }
  const rowValue = one.sentence || options.effectiveOrder;
  return corpus(one, bleu({...options, effectiveOrder: options.effectiveOrder ?? one.sentence}), rowValue);
}

/** The scorer's figure over all rows, or the value of the only one. */
async function corpus(
  one: OverlapCase,
  scorer: Scorer,
  rowValue = one.sentence
): Promise<number | undefined> {
  const rows = one.outputs.map((_, i) => ({id: String(i), prompt: "", expected: one.references[i]!}));
  const given = {system: new Map(one.outputs.map((output, i) => [String(i), output]))};
  const scored = scoredRows((await throughRunner(rows, given, scorer)).system!);
  return rowValue ? scored[0]?.value : corpusOf(scorer, scored);
}

function added(segments: readonly BleuCounts[]): BleuCounts {
  return segments.reduce((sum, one) => ({
    matches: sum.matches.map((n, i) => n + one.matches[i]!),
    totals: sum.totals.map((n, i) => n + one.totals[i]!),
    length: sum.length + one.length,
    referenceLength: sum.referenceLength + one.referenceLength
  }));
}

function segmentCounts({outputs, references}: OverlapCase, options: BleuOptions): BleuCounts[] {
  return outputs.map((output, i) => bleuCounts(output, references[i]!, options));
}

/** [[{common, total}, words of the output, words of the reference], score]. */
function countsCase(raw: unknown): BleuCounts | undefined {
  const first: unknown = Array.isArray(raw) ? raw[0] : undefined;
  if (!Array.isArray(first) || !isObject(first[0]) || !("common" in first[0])) return undefined;
  const [{common, total}, length, referenceLength] = first as [JsonObject, number, number];
  return {matches: common as number[], totals: total as number[], length, referenceLength};
}

/** Words by which a file or a group says what its cases are of. */
const metrics = /bleu|chr_?f|(^|[_ ])ter([_ ]|$)|counts|statistics/i;

function groupsOf(item: Item, file: string): [string, unknown[]][] {
  const content = item.json(file);
  if (!isObject(content)) return [];
  return Object.entries(content).filter(
    (entry): entry is [string, unknown[]] =>
      metrics.test(`${stemOf(file)} ${entry[0]}`) &&
      Array.isArray(entry[1]) &&
      entry[1].length > 0 &&
      entry[1].every((raw) => overlapCase(raw) ?? countsCase(raw))
  );
}

function vectorFiles(item: Item): string[] {
  return item.files.filter((file) => /\.json$/i.test(file) && groupsOf(item, file).length > 0);
}
