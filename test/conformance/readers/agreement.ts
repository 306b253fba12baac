import {cohenKappaOfTable, fleissKappa, krippendorffAlpha} from "../../../src/stats/index.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item} from "../item.js";

type Table = number[][];

interface Vectors {
  cohen_table_3x3?: {table: Table};
  fleiss_wikipedia_counts?: {table: Table};
  fleiss_randolph?: {table: Table}[];
  krippendorff_nominal?: {
    coder_item_label?: [coder: string, item: string | number, label: string | number][];
    /** A row for each rater, a column for each unit. */
    raters_by_units?: (string | null)[][];
  }[];
}

/** Tables and ratings with the agreement published for them. */
export const agreement: Reader = {
  kind: "agreement vectors",
  matches: (item) => vectorFile(item) !== undefined,
  figures(item) {
    const file = vectorFile(item)!;
    const vectors = item.json(file) as Vectors;
    const figures: Figure[] = [];
    const add = (
      name: string,
      path: (string | number)[],
      ours: number | readonly number[] | undefined,
      tolerance: number
    ) => figures.push({name, ours, published: {file, path}, tolerance});
    if (vectors.cohen_table_3x3) {
      for (const [key, options] of [
        ["sas_unweighted", {}],
        ["sas_linear_weights", {weights: "linear"}]
      ] as const) {
        const kappa = cohenKappaOfTable(vectors.cohen_table_3x3.table, options);
        add(`Cohen's kappa, ${key}`, ["cohen_table_3x3", key, "kappa"], kappa?.kappa, 5e-5);
        add(`its standard error, ${key}`, ["cohen_table_3x3", key, "ase"], kappa?.standardError, 5e-5);
        add(`its interval, ${key}`, ["cohen_table_3x3", key, "ci95"], kappa && [kappa.low, kappa.high], 5e-5);
      }
    }
    if (vectors.fleiss_wikipedia_counts) {
      add(
        "Fleiss' kappa, counts",
        ["fleiss_wikipedia_counts", "kappa"],
        fleissKappa(vectors.fleiss_wikipedia_counts.table),
        0.005
      );
    }
    for (const [i, {table}] of (vectors.fleiss_randolph ?? []).entries()) {
      add(`Fleiss' kappa, table ${i + 1}`, ["fleiss_randolph", i, "fleiss"], fleissKappa(table), 5e-7);
      add(
        `free-marginal kappa, table ${i + 1}`,
        ["fleiss_randolph", i, "free_marginal"],
        fleissKappa(table, {chance: "uniform"}),
        5e-7
      );
    }
    for (const [i, ratings] of (vectors.krippendorff_nominal ?? []).entries()) {
      add(
        `Krippendorff's alpha, ${i + 1}`,
        ["krippendorff_nominal", i, "alpha"],
        krippendorffAlpha(unitsOf(ratings)),
        5e-8
      );
    }
    return figures;
  }
};

/** One list of labels for each item that was rated. */
function unitsOf({
  coder_item_label: triples = [],
  raters_by_units: byRater
}: NonNullable<Vectors["krippendorff_nominal"]>[number]) {
  if (byRater) return byRater[0]!.map((_, unit) => byRater.map((ratings) => ratings[unit]));
  const units = new Map<string | number, (string | number)[]>();
  for (const [, item, label] of triples) units.set(item, [...(units.get(item) ?? []), label]);
  return [...units.values()];
}

function vectorFile(item: Item): string | undefined {
  const keys = ["cohen_table_3x3", "fleiss_wikipedia_counts", "fleiss_randolph", "krippendorff_nominal"];
  return item.files.find((file) => file.endsWith(".json") && keys.some((key) => has(item.json(file), key)));
}
