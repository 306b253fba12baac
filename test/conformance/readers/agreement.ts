import {cohenKappaOfTable, fleissKappa, krippendorffAlpha} from "../../../src/stats/index.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item, type JsonObject} from "../item.js";

type Table = number[][];
type Path = (string | number)[];

/**
 * Tables and ratings with the agreement published for them. A table with SAS's figures is two raters' (Cohen), one
 * with a plain kappa or "fleiss" counts raters by item and category (Fleiss), ratings come with an alpha.
 */
export const agreement: Reader = {
  kind: "agreement vectors",
  matches: (item) => vectorFile(item) !== undefined,
  figures(item) {
    const file = vectorFile(item)!;
    return cases(item.json(file)).flatMap(([path, value]) => [
      ...cohen(file, path, value),
      ...fleiss(file, path, value),
      ...krippendorff(file, path, value)
    ]);
  }
};

/** Every object of the file at the first or second level, with its path. */
function cases(content: unknown): [Path, JsonObject][] {
  if (typeof content !== "object" || content === null) return [];
  return Object.entries(content).flatMap(([key, value]: [string, unknown]): [Path, JsonObject][] => {
    const list: [Path, unknown][] = Array.isArray(value)
      ? value.map((one, i) => [[key, i], one])
      : [[[key], value]];
    return list.filter((entry): entry is [Path, JsonObject] => isCase(entry[1]));
  });
}

function isCase(value: unknown): boolean {
  const table = has(value, "table") && ["sas_unweighted", "kappa", "fleiss"].some((key) => has(value, key));
  return table || (has(value, "alpha") && (has(value, "coder_item_label") || has(value, "raters_by_units")));
}

function cohen(file: string, path: Path, value: JsonObject): Figure[] {
  return (
    [
      ["sas_unweighted", {}],
      ["sas_linear_weights", {weights: "linear"}]
    ] as const
  ).flatMap(([key, options]): Figure[] => {
    if (!has(value, key)) return [];
    const kappa = cohenKappaOfTable(value.table as Table, options);
    const figure = (name: string, field: string, ours: number | number[] | undefined): Figure => ({
      name: `${name}, ${key}`,
      ours,
      published: {file, path: [...path, key, field]},
      tolerance: 5e-5
    });
    return [
      figure("Cohen's kappa", "kappa", kappa?.kappa),
      figure("its standard error", "ase", kappa?.standardError),
      figure("its interval", "ci95", kappa && [kappa.low, kappa.high])
    ];
  });
}

function fleiss(file: string, path: Path, value: JsonObject): Figure[] {
  const table = value.table as Table | undefined;
  if (!table || "sas_unweighted" in value) return [];
  const figure = (field: string, ours: number | undefined, tolerance: number): Figure => ({
    name: `Fleiss' kappa, ${[...path, field].join(" ")}`,
    ours,
    published: {file, path: [...path, field]},
    tolerance
  });
  return [
    figure("kappa", fleissKappa(table), 0.005),
    figure("fleiss", fleissKappa(table), 5e-7),
    figure("free_marginal", fleissKappa(table, {chance: "uniform"}), 5e-7)
  ];
}

function krippendorff(file: string, path: Path, value: JsonObject): Figure[] {
  if (!("alpha" in value)) return [];
  const ours = krippendorffAlpha(unitsOf(value));
  return [
    {
      name: `Krippendorff's alpha, ${path.join(" ")}`,
      ours,
      published: {file, path: [...path, "alpha"]},
      tolerance: 5e-8
    }
  ];
}

type Rating = string | number | null | undefined;

/** One list of labels for each item that was rated. `raters_by_units` has a row for each rater. */
function unitsOf(value: JsonObject): Rating[][] {
  if ("raters_by_units" in value) {
    const byRater = value.raters_by_units as Rating[][];
    return byRater[0]!.map((_, unit) => byRater.map((ratings) => ratings[unit]));
  }
  const units = new Map<Rating, Rating[]>();
  for (const [, unit, label] of value.coder_item_label as [Rating, Rating, Rating][]) {
    units.set(unit, [...(units.get(unit) ?? []), label]);
  }
  return [...units.values()];
}

function vectorFile(item: Item): string | undefined {
  return item.files.find((file) => file.endsWith(".json") && cases(item.json(file)).length > 0);
}
