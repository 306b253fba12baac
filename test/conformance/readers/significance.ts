import {csvParse} from "d3-dsv";
import {
  benjaminiHochberg,
  benjaminiYekutieli,
  binomialTest,
  bonferroni,
  clopperPearson,
  clusteredStandardError,
  holm,
  mcnemarChiSquared,
  mcnemarExact,
  mean,
  standardError,
  wilson
} from "../../../src/stats/index.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item, type JsonObject} from "../item.js";

type Path = (string | number)[];
type Add = (
  name: string,
  path: Path,
  ours: number | readonly number[] | undefined,
  tolerance: number
) => void;

const corrections = {Bonferroni: bonferroni, Holm: holm, BH: benjaminiHochberg, BY: benjaminiYekutieli};

/** Intervals, tests, corrections and clustered errors as R, Stata and others print them, told by their fields. */
export const significance: Reader = {
  kind: "significance vectors",
  matches: (item) => vectorFile(item) !== undefined,
  figures(item) {
    const file = vectorFile(item)!;
    const figures: Figure[] = [];
    const add: Add = (name, path, ours, tolerance) =>
      figures.push({name, ours, published: {file, path}, tolerance});
    for (const [path, value] of cases(item.json(file))) {
      if (has(value, "successes", "n")) proportion(path, value, add);
      if (has(value, "rows", "columns") && String(value.columns).startsWith("k,n,p0"))
        binomialTests(path, value, add);
      if (has(value, "table", "exact_p")) mcnemar(path, value, add);
      if (has(value, "raw_p")) multipleTesting(path, value, add);
      if (has(value, "file", "cluster")) clustered(path, value, item, add);
    }
    return figures;
  }
};

/** Objects at the first level of the file, and those in lists there, that hold something to compute. */
function cases(content: unknown): [Path, JsonObject][] {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return [];
  return Object.entries(content).flatMap(([key, value]: [string, unknown]): [Path, JsonObject][] => {
    const list: [Path, unknown][] = Array.isArray(value)
      ? value.map((one, i) => [[key, i], one])
      : [[[key], value]];
    return list.filter((entry): entry is [Path, JsonObject] => {
      const fields = [
        ["successes", "n"],
        ["rows", "columns"],
        ["table", "exact_p"],
        ["raw_p"],
        ["file", "cluster"]
      ];
      return fields.some((names) => has(entry[1], ...names));
    });
  });
}

function proportion(path: Path, value: JsonObject, add: Add): void {
  const [successes, n] = [value.successes as number, value.n as number];
  const intervals = {wilson: wilson(successes, n), exact: clopperPearson(successes, n)};
  for (const [key, interval] of Object.entries(intervals)) {
    add(
      `${key} interval of ${successes} in ${n}`,
      [...path, key],
      interval && [interval.low, interval.high],
      1e-7
    );
  }
}

function binomialTests(path: Path, value: JsonObject, add: Add): void {
  for (const [i, [k, n, p]] of (value.rows as [number, number, number][]).entries()) {
    add(`binomial test of ${k} in ${n} against ${p}`, [...path, "rows", i, 3], binomialTest(k, n, p), 1e-9);
  }
}

function mcnemar(path: Path, value: JsonObject, add: Add): void {
  const [[, a], [b]] = value.table as [[number, number], [number, number]];
  add(`McNemar's exact p, ${a} against ${b}`, [...path, "exact_p"], mcnemarExact(a, b), 5e-7);
  for (const [key, correction] of [
    ["chi2_cc", true],
    ["chi2_nocc", false]
  ] as const) {
    const test = mcnemarChiSquared(a, b, {correction});
    add(`McNemar's ${key}, ${a} against ${b}`, [...path, key, 0], test?.statistic, 5e-6);
    add(`McNemar's ${key} p, ${a} against ${b}`, [...path, key, 1], test?.p, 5e-8);
  }
}

function multipleTesting(path: Path, value: JsonObject, add: Add): void {
  const raw = value.raw_p as number[];
  for (const [key, correct] of Object.entries(corrections)) {
    add(`${key} of ${raw.length} p values`, [...path, key], [...correct(raw)] as number[], 1e-9);
  }
}

/** The mean of a column whose rows share the clusters named in the column that "cluster" begins with. */
function clustered(path: Path, value: JsonObject, item: Item, add: Add): void {
  if (!item.files.includes(String(value.file))) return;
  const rows = csvParse(item.text(String(value.file)));
  const clusters = rows.map((row) => row[String(value.cluster).split(" ", 1)[0]!] ?? "");
  for (const key of Object.keys(value)) {
    const column = /^mean_of_(\w+?)_/.exec(key)?.[1];
    if (column === undefined) continue;
    const numbers = rows.map((row) => Number(row[column]));
    const robust = "cluster_se_stata_correction_G/(G-1)*(n-1)/(n-1)";
    add(`mean of ${column}`, [...path, key, "mean"], mean(numbers), 1e-6);
    add(`its standard error, rows independent`, [...path, key, "iid_se"], standardError(numbers), 1e-6);
    add(
      `its clustered standard error`,
      [...path, key, robust],
      clusteredStandardError(numbers, clusters)?.standardError,
      1e-6
    );
  }
}

function vectorFile(item: Item): string | undefined {
  return item.files.find((file) => file.endsWith(".json") && cases(item.json(file)).length > 0);
}
