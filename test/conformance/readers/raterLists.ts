import {cohenKappa, fleissKappa, krippendorffAlpha} from "../../../src/base/stats/index.js";
import type {Path, Reader, ValueFigure} from "../figure.js";
import {isObject, type Item, jsonFiles, type JsonObject} from "../item.js";
import {type Case, casesIn} from "./cases.js";

type Rating = string | number | null;

/** Two raters' labels of the same rows. */
const raters = [1, 2].map(
  (nth) => new RegExp(`^(rater|annotator|coder|judge|y|labels|ann)_?(${nth}|${"ab"[nth - 1]})$`, "i")
);
/** A list of ratings for each rater, as the krippendorff package takes them, or for each unit, as statsmodels does. */
const byRater = /^(reliability_data|by_rater|annotators)$/i;
const byUnit = /^(ratings|by_unit|annotations)$/i;
const measured = /kappa|alpha|fleiss/i;

/** Raters' labels, as they gave them, with the agreement published for them. The figure's name says which and with what weights. */
export const raterLists: Reader = {
  kind: "lists of ratings",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) =>
    vectorFiles(item).flatMap((file) =>
      casesIn(item.json(file), isCase).flatMap((one) => figuresOf(file, one))
    ),
  vectors: {
    files: vectorFiles,
    inputs: new RegExp(
      `(^|/)(${[...raters, byRater, byUnit].map(({source}) => source.slice(1, -1)).join("|")})(/|$)`,
      "i"
    )
  },
  notReproduced: [
    {path: /(masi|jaccard|circular|polar)/i, why: "other distances than nominal, ordinal, interval and ratio"}
  ]
};

function isCase(value: JsonObject): boolean {
  return unitsOf(value) !== undefined && Object.keys(value).some((key) => measured.test(key));
}

/** The ratings of each unit, undefined or null where one is missing. */
function unitsOf(value: JsonObject): Rating[][] | undefined {
  const find = (name: RegExp) => Object.entries(value).find(([key]) => name.test(key))?.[1];
  const pair = raters.map(find);
  const lists = pair.every(isRatings) ? pair : find(byRater);
  if (isTable(lists)) return lists[0]!.map((_, unit) => lists.map((own) => present(own[unit])));
  const units = find(byUnit);
  return isTable(units) ? units.map((own) => own.map(present)) : undefined;
}

function isRatings(value: unknown): value is Rating[] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((one) => one === null || /string|number/.test(typeof one))
  );
}

function isTable(value: unknown): value is Rating[][] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((own) => isRatings(own) && own.length === (value[0] as Rating[]).length)
  );
}

const present = (rating: Rating | undefined): Rating =>
  rating === undefined || /^(\*|nan|)$/i.test(String(rating)) ? null : rating;

function figuresOf(file: string, {path, value}: Case): ValueFigure[] {
  const units = unitsOf(value)!;
  const level = [value.level_of_measurement, value.metric, value.level, value.weights]
    .filter(Boolean)
    .join(" ");
  return Object.entries(value).flatMap(([key, published]) => {
    if (!measured.test(key)) return [];
    // Figures of several kinds stand in an object, by kind.
    const places: Path[] = isObject(published)
      ? Object.keys(published).map((inner) => [key, inner])
      : [[key]];
    return places.flatMap((place): ValueFigure[] => {
      const words = [...path, ...place].join(" ");
      if (/masi|jaccard|circular|polar/i.test(`${words} ${level}`)) return [];
      const ours = agreementOf(units, place.join(" "), level);
      return [
        {name: words, ours, published: {file, path: [...path, ...place]}, tolerance: 5e-8, printed: 0.005}
      ];
    });
  });
}

function agreementOf(units: readonly Rating[][], name: string, level: string): number | undefined {
  const has = (word: RegExp) => word.test(name) || word.test(level);
  if (/alpha/i.test(name)) {
    const metric = (["ordinal", "interval", "ratio"] as const).find((one) => has(new RegExp(one, "i")));
    return krippendorffAlpha(units, {metric: metric ?? "nominal"});
  }
  const categories = [...new Set(units.flat())].filter((one) => one !== null);
  if (/fleiss/i.test(name) || units[0]!.length > 2)
    return fleissKappa(
      units.map((own) => categories.map((one) => own.filter((rating) => rating === one).length))
    );
  const weights = has(/quadratic|squared/i)
    ? "quadratic"
    : has(/linear|(?<!un)weight/i)
      ? "linear"
      : undefined;
  return cohenKappa(
    units.map(([a]) => a),
    units.map(([, b]) => b),
    {weights}
  )?.kappa;
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
