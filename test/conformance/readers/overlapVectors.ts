import {bleu, type BleuOptions, chrf, type Scorer, ter} from "../../../src/evals/scorers/index.js";
import {bleuCounts} from "../../../src/evals/scorers/bleuCounts.js";
import {type BleuCounts, bleuScore} from "../../../src/base/stats/corpus/bleu.js";
import {corpusOf} from "../../evals/scorers/corpusOf.js";
import type {Reader, ValueFigure} from "../figure.js";
import {filesWhere, isObject, type Item, type JsonObject, stemOf} from "../item.js";
import {scoredRows, throughRunner} from "../throughRunner.js";
import {type OverlapCase, overlapCases, overlapSettings} from "./overlapCase.js";

/** A list of cases, and what stands around it. */
interface Group {
  file: string;
  path: (string | number)[];
  /** Words that say which metric, and with what settings. */
  name: string;
  cases: readonly unknown[];
  /** sacreBLEU's arguments for all of the cases. */
  options: JsonObject;
}

/**
 * Outputs, references and the BLEU, chrF or TER that sacreBLEU's tests expect, in lists of [outputs, references, options?,
 * score] or of objects. The names of the list, the file and the score say which metric; settings stand there or beside the list.
 */
export const overlapVectors: Reader = {
  kind: "BLEU, chrF and TER vectors",
  matches: (item) => vectorFiles(item).length > 0,
  async figures(item) {
    const figures: ValueFigure[] = [];
    for (const file of vectorFiles(item))
      for (const group of groupsOf(item, file)) figures.push(...(await groupFigures(group)));
    return figures;
  },
  vectors: {
    files: vectorFiles,
    inputs:
      /(^|\/)\d+\/(0|2\/(?!common|total|counts))|(^|\/)(options|kwargs|params|settings|beta|\w+_order|eps_smoothing|\w*whitespace|lowercase)(\/|$)/
  }
};

async function groupFigures({file, path, name, cases, options}: Group): Promise<ValueFigure[]> {
  const figures: ValueFigure[] = [];
  const shares = /div_?100|share|fraction/i.test(name);
  const scale = shares ? 100 : 1;
  const title = path.length > 0 ? path.join(" ") : stemOf(file);
  for (const [i, raw] of cases.entries()) {
    const counted = countsCase(raw);
    if (counted) {
      const ours = bleuScore(counted, {smoothing: "none"});
      const published = {file, path: [...path, i, 1], scale};
      figures.push({name: `${title}, ${i + 1}`, ours, published, tolerance: 1e-6});
      continue;
    }
    for (const one of overlapCases(raw)) {
      const at = [...path, i, ...one.at];
      const key = String(one.at.at(-1));
      const isNamed = metrics.test(key);
      const own = {name: `${title}, ${i + 1}${isNamed ? `: ${key}` : ""}`, file, at, scale};
      if (isObject(one.published) && "common" in one.published) {
        const [counts] = segmentCounts(one, {tokenizer: "none"});
        for (const [member, ours] of [
          ["common", counts!.matches] as const,
          ["total", counts!.totals] as const
        ])
          figures.push({name: `${own.name}: ${member}`, ours, published: {file, path: [...at, member]}});
      } else {
        const words = isNamed ? `${path.join(" ")} ${key}` : name;
        figures.push(await scoreFigure(own, one, overlapSettings(words, {...options, ...one.options})));
      }
    }
  }
  return figures;
}

/** Within what sacreBLEU's own tests allow. */
const tolerances = {bleu: 1e-6, sentence: 1e-3, chrf: 1e-4, ter: 1e-3};

async function scoreFigure(
  {name, file, at, scale}: {name: string; file: string; at: (string | number)[]; scale: number},
  one: OverlapCase,
  settings: ReturnType<typeof overlapSettings>
): Promise<ValueFigure> {
  const published = {file, path: at, scale};
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

function groupsOf(item: Item, file: string): Group[] {
  const content = /\.jsonl$/i.test(file) ? item.records(file) : item.json(file);
  return listsIn(content).flatMap(({path, list, options}) => {
    const name = [stemOf(file), ...path].join(" ");
    const isCase = (raw: unknown) =>
      countsCase(raw) !== undefined ||
      (overlapCases(raw).length > 0 &&
        (metrics.test(name) || overlapCases(raw).every(({at}) => metrics.test(String(at.at(-1))))));
    return list.length > 0 && list.every(isCase) ? [{file, path, name, cases: list, options}] : [];
  });
}

interface FoundList {
  path: (string | number)[];
  list: readonly unknown[];
  options: JsonObject;
}

/** Lists that stand in objects, with the settings beside them and around. */
function listsIn(content: unknown, path: (string | number)[] = [], around: JsonObject = {}): FoundList[] {
  if (Array.isArray(content)) return [{path, list: content, options: around}];
  if (!isObject(content)) return [];
  const beside: JsonObject = {};
  for (const [key, value] of Object.entries(content)) {
    if (/^(options|kwargs|params|settings)$/.test(key) && isObject(value)) Object.assign(beside, value);
    else if (typeof value !== "object") beside[key] = value;
  }
  const options = {...around, ...beside};
  return Object.entries(content).flatMap(([key, value]) => listsIn(value, [...path, key], options));
}

function vectorFiles(item: Item): string[] {
  const lines = filesWhere(item, (first) => overlapCases(first).length > 0);
  return item.files.filter(
    (file) =>
      (/\.json$/i.test(file) || (/\.jsonl$/i.test(file) && lines.includes(file))) &&
      groupsOf(item, file).length > 0
  );
}
