import {
  cohenKappaOfTable,
  fleissKappa,
  krippendorffAlpha,
  normalQuantile
} from "../../../src/base/stats/index.js";
import type {Path, Reader, ValueFigure} from "../figure.js";
import {has, isObject, type Item, jsonFiles, type JsonObject} from "../item.js";
import {type Case, casesIn} from "./cases.js";

type Table = number[][];

/**
 * Tables and ratings with the agreement published for them, told by their fields. A square table with objects of
 * figures ("sas_linear_weights") or with the word Cohen about it is two raters', another counts raters by item and
 * category (Fleiss); ratings come with an alpha.
 */
export const agreement: Reader = {
  kind: "agreement vectors",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) =>
    vectorFiles(item).flatMap((file) =>
      casesIn(item.json(file), isCase).flatMap((one) => [...tables(file, one), ...alphas(file, one)])
    ),
  vectors: {files: vectorFiles, inputs: /\/(table|coder_item_label|raters_by_units|units_by_raters)(\/|$)/},
  notReproduced: [{path: /(^|\/|_)alpha$/, why: "other distances than nominal, ordinal, interval and ratio"}]
};

function isCase(value: JsonObject): boolean {
  return isTable(value.table)
    ? Object.entries(value).some(
        ([key, inner]) => key !== "table" && (isObject(inner) || figureKey.test(key))
      )
    : has(value, "alpha") && unitsOf(value) !== undefined;
}

const figureKey = /kappa|fleiss|free|randolph|brennan/i;

function isTable(value: unknown): value is Table {
  return Array.isArray(value) && value.length > 0 && value.every(Array.isArray);
}

function tables(file: string, {path, value}: Case): ValueFigure[] {
  if (!isTable(value.table)) return [];
  const groups = Object.entries(value).filter(([, inner]) => isObject(inner));
  const square = value.table.every((row) => row.length === (value.table as Table).length);
  const cohen = square && (groups.length > 0 || /cohen/i.test([...path, ...Object.keys(value)].join(" ")));
  if (!cohen) return fleiss(file, path, value);
  return [...groups, ["", value] as const].flatMap(([key]) =>
    cohens(file, key === "" ? path : [...path, key], value.table as Table)
  );
}

/** Weighted as the last words of the path say. */
function cohens(file: string, path: Path, table: Table): ValueFigure[] {
  const words = String(path.at(-1));
  const weights = /quadratic|squared/i.test(words)
    ? "quadratic"
    : /linear|(?<!un)weight/i.test(words)
      ? "linear"
      : undefined;
  const kappa = cohenKappaOfTable(table, {weights});
  // What is published is the normal interval by the error, which ours is not.
  const half = kappa && normalQuantile(0.975) * kappa.standardError;
  const low = kappa && Math.max(-1, kappa.kappa - half!);
  const high = kappa && Math.min(1, kappa.kappa + half!);
  const figure = (name: string, field: RegExp, ours: number | number[] | undefined): ValueFigure => ({
    name: `${name}, ${path.join(" ")}`,
    ours,
    published: {file, path: [...path, field]},
    tolerance: 5e-8,
    printed: 0.005
  });
  return [
    figure("Cohen's kappa", /^(\w+_)?kappa$/, kappa?.kappa),
    figure("its standard error", /^(ase|se|std_?err(or)?|standard_error)$/, kappa?.standardError),
    figure("its standard error without agreement", /^(ase_?h?0|se0)$/, kappa?.nullStandardError),
    figure("its z", /^z$/, kappa?.z),
    figure("its two-sided p", /^p(_two_sided|_value)?$/, kappa?.p),
    figure("its interval", /^ci/, kappa && [low!, high!]),
    figure("its interval's lower end", /^(ci_?)?low(er)?$/, low),
    figure("its interval's upper end", /^(ci_?)?upp(er)?$/, high)
  ];
}

function fleiss(file: string, path: Path, value: JsonObject): ValueFigure[] {
  const table = value.table as Table;
  return Object.keys(value)
    .filter((key) => figureKey.test(key))
    .map((key) => ({
      name: `Fleiss' kappa, ${[...path, key].join(" ")}`,
      ours: fleissKappa(table, {chance: /free|randolph|brennan|uniform/i.test(key) ? "uniform" : "observed"}),
      published: {file, path: [...path, key]},
      tolerance: 5e-8,
      printed: 0.005
    }));
}

function alphas(file: string, {path, value}: Case): ValueFigure[] {
  const units = unitsOf(value);
  const words = [...path, value.metric, value.level, value.distance].filter(Boolean).join(" ");
  if (!units || /masi|jaccard|circular|polar/i.test(words)) return [];
  return [
    {
      name: `Krippendorff's alpha, ${path.join(" ")}`,
      ours: krippendorffAlpha(units, {
        metric:
          (["ordinal", "interval", "ratio"] as const).find((one) => new RegExp(one, "i").test(words)) ??
          "nominal"
      }),
      published: {file, path: [...path, "alpha"]},
      printed: 0.005
    }
  ];
}

type Rating = string | number | null | undefined;

/** One list of labels for each item that was rated. */
function unitsOf(value: JsonObject): Rating[][] | undefined {
  if (isTable(value.units_by_raters)) return value.units_by_raters;
  if (isTable(value.raters_by_units)) {
    const byRater = value.raters_by_units as Rating[][];
    return byRater[0]!.map((_, unit) => byRater.map((ratings) => ratings[unit]));
  }
  if (!isTable(value.coder_item_label)) return undefined;
  const units = new Map<Rating, Rating[]>();
  for (const [, unit, label] of value.coder_item_label as Rating[][]) {
    units.set(unit, [...(units.get(unit) ?? []), label]);
  }
  return [...units.values()];
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
