import {csvParse} from "d3-dsv";
import {
  benjaminiHochberg,
  benjaminiYekutieli,
  binomialTest,
  bonferroni,
  clopperPearson,
  clusteredRegression,
  clusteredStandardError,
  holm,
  mcnemarChiSquared,
  mcnemarExact,
  mean,
  standardError,
  tango,
  wilson
} from "../../../src/base/stats/index.js";
import {decimals, type Path, type Reader, type ValueFigure} from "../figure.js";
import {has, isObject, type Item, jsonFiles, type JsonObject} from "../item.js";
import {type Case, casesIn} from "./cases.js";

/** Most that a figure printed with few digits may differ by. */
const COARSEST = 0.005;
/** More digits than these are all of a number's. */
const PRINTED = 6;

/** What is printed with fewer digits need not agree in more; figures of which any has all its digits do. */
function digitsOf(...printed: unknown[]): {printed?: number} {
  return printed.every(isRounded) ? {printed: COARSEST} : {};
}

function isRounded(value: unknown): boolean {
  if (typeof value === "number") return decimals(value) <= PRINTED;
  return typeof value !== "object" || value === null || Object.values(value).every(isRounded);
}

type Ours = number | readonly number[] | undefined;
type Add = (name: string, path: Path, ours: Ours, tolerance: number, more?: Partial<ValueFigure>) => void;

/** Intervals, tests, corrections and clustered errors as R, Stata and others print them, told by their fields. */
export const significance: Reader = {
  kind: "significance vectors",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) => vectorFiles(item).flatMap((file) => figuresIn(item, file)),
  vectors: {
    files: vectorFiles,
    inputs: /(^|\/)(successes|n|table|raw_p|level|alpha)(\/|$)|\/rows\/\d+\/[012]$/
  },
  notReproduced: [
    {
      path: /\/(agresti[-_ ]coull|asymptotic|wald)$/i,
      why: "proportions get Wilson or exact intervals here, never an approximation by the normal"
    },
    {path: /no_correction/, why: "clustered errors always have the correction for few clusters"}
  ]
};

function figuresIn(item: Item, file: string): ValueFigure[] {
  const figures: ValueFigure[] = [];
  const add: Add = (name, path, ours, tolerance, more) =>
    figures.push({name, ours, published: {file, path}, tolerance, ...more});
  for (const one of casesIn(item.json(file), isCase)) {
    if (has(one.value, "successes", "n")) proportion(one, add);
    else if (has(one.value, "rows", "columns")) binomialTests(one, add);
    else if (has(one.value, "table")) mcnemar(one, add);
    else if (has(one.value, "raw_p")) multipleTesting(one, add);
    else clustered(one, item, add);
  }
  return figures;
}

function isCase(value: JsonObject): boolean {
  const tested = Object.keys(value).some((key) => /^(exact|chi2|mcnemar|tango|p)/i.test(key));
  const rows = has(value, "rows", "columns") && String(value.columns).startsWith("k,n,p");
  const table = isTwoByTwo(value.table) && tested;
  return (
    rows || table || [["successes", "n"], ["raw_p"], ["file", "cluster"]].some((keys) => has(value, ...keys))
  );
}

function isTwoByTwo(table: unknown): table is [[number, number], [number, number]] {
  return (
    Array.isArray(table) && table.length === 2 && table.every((row) => Array.isArray(row) && row.length === 2)
  );
}

function proportion({path, value}: Case, add: Add): void {
  const [successes, n] = [value.successes as number, value.n as number];
  const level = typeof value.level === "number" ? value.level : 0.95;
  const intervals = {
    wilson: {key: /^wilson$/i, interval: wilson(successes, n, level)},
    exact: {key: /^(exact|clopper[-_ ]?pearson|beta)$/i, interval: clopperPearson(successes, n, level)}
  };
  for (const [name, {key, interval}] of Object.entries(intervals)) {
    add(
      `${name} interval of ${successes} in ${n}`,
      [...path, key],
      interval && [interval.low, interval.high],
      1e-7,
      {printed: COARSEST}
    );
  }
}

function binomialTests({path, value}: Case, add: Add): void {
  const rows = value.rows as [number, number, number, number][];
  const more = digitsOf(rows.map((row) => row[3]));
  for (const [i, [k, n, p]] of rows.entries()) {
    add(
      `binomial test of ${k} in ${n} against ${p}`,
      [...path, "rows", i, 3],
      binomialTest(k, n, p),
      1e-9,
      more
    );
  }
}

/** Statistic and p value stand in one list, or the p value stands alone. */
function mcnemar({path, value}: Case, add: Add): void {
  const [[first, a], [b, last]] = value.table as [[number, number], [number, number]];
  const digits = {printed: COARSEST};
  const level = typeof value.level === "number" ? value.level : 0.95;
  const difference = tango(a, b, first + a + b + last, level);
  add(
    `Tango's interval, ${a} against ${b}`,
    [...path, /^tango/i],
    difference && [difference.low, difference.high],
    1e-7,
    digits
  );
  add(
    `McNemar's exact p, ${a} against ${b}`,
    [...path, /^(mcnemar_)?exact(_p)?$|^p_exact$/],
    mcnemarExact(a, b),
    1e-9,
    digits
  );
  for (const [key, correction] of [
    ["chi2_cc", true],
    ["chi2_nocc", false]
  ] as const) {
    const test = mcnemarChiSquared(a, b, {correction});
    const [statistic, p]: Path[] = Array.isArray(value[key])
      ? [
          [...path, key, 0],
          [...path, key, 1]
        ]
      : [
          [...path, key],
          [...path, `${key}_p`]
        ];
    add(`McNemar's ${key}, ${a} against ${b}`, statistic!, test?.statistic, 5e-6, digits);
    add(`McNemar's ${key} p, ${a} against ${b}`, p!, test?.p, 5e-8, digits);
  }
}

const corrections = [
  {key: /^bonf/i, correct: bonferroni},
  {key: /^holm$/i, correct: holm},
  {key: /^(BH|fdr_bh|benjamini[-_ ]?hochberg)$/i, correct: benjaminiHochberg},
  {key: /^(BY|fdr_by|benjamini[-_ ]?yekutieli)$/i, correct: benjaminiYekutieli}
];

function multipleTesting({path, value}: Case, add: Add): void {
  const raw = value.raw_p as number[];
  for (const {key, correct} of corrections) {
    const name = Object.keys(value).find((each) => key.test(each));
    if (name)
      add(
        `${name} of ${raw.length} p values`,
        [...path, name],
        [...correct(raw)] as number[],
        1e-9,
        digitsOf(value)
      );
  }
}

/** Means and regressions over the rows of a table, which share the clusters of the column that "cluster" begins with. */
function clustered({path, value}: Case, item: Item, add: Add): void {
  if (!item.files.includes(String(value.file))) return;
  const rows = csvParse(item.text(String(value.file)));
  const column = (name: string) => rows.map((row) => Number(row[name]));
  const by = /^\w+/.exec(String(value.cluster))?.[0] ?? "";
  const clusters = rows.map((row) => row[by] ?? "");
  for (const [key, inner] of Object.entries(value)) {
    if (!isObject(inner)) continue;
    const more = digitsOf(inner);
    const of = rows.columns.find((name) => new RegExp(`^mean_of_${name}(_|$)`).test(key));
    if (of !== undefined) {
      const numbers = column(of);
      const error = clusteredStandardError(numbers, clusters)?.standardError;
      add(`mean of ${of}`, [...path, key, "mean"], mean(numbers), 1e-6, more);
      add(
        `standard error of ${of}, rows independent`,
        [...path, key, "iid_se"],
        standardError(numbers),
        1e-6,
        more
      );
      add(`standard error of ${of}, clustered`, [...path, key, /^cluster_se_(?!no_)/], error, 1e-6, more);
    }
    const terms = /regress_(\w+?)_on_(\w+?)_vce/.exec(key);
    if (terms)
      regression(
        [...path, key],
        [terms[1]!, terms[2]!],
        {columns: rows.columns, column, clusters},
        (name, at, ours, tolerance) => add(name, at, ours, tolerance, more)
      );
  }
}

interface ClusteredTable {
  columns: readonly string[];
  column: (name: string) => number[];
  clusters: readonly string[];
}

function regression(path: Path, [scores, names]: [string, string], table: ClusteredTable, add: Add): void {
  const predictors = table.columns.filter((name) => new RegExp(`(^|_)${name}(_|$)`).test(names));
  const fit = clusteredRegression(table.column(scores), predictors.map(table.column), {
    clusters: table.clusters
  });
  for (const [i, name] of [...predictors, "const"].entries()) {
    const effect = name === "const" ? fit?.intercept : fit?.slopes[i];
    add(`coefficient of ${name}`, [...path, "coef", name], effect?.estimate, 1e-6);
    add(`its clustered standard error`, [...path, "se", name], effect?.standardError, 1e-6);
  }
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
