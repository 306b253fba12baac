import {rouge, type RougeOptions} from "../../../src/evals/scorers/index.js";
import {rougeScore} from "../../../src/evals/scorers/rougeScore.js";
import type {Reader, ValueFigure} from "../figure.js";
import {has, isObject, type Item, jsonFiles, type JsonObject} from "../item.js";
import {throughRunner} from "../throughRunner.js";

type Type = NonNullable<RougeOptions["type"]>;
type Row = [target: string, prediction: string, type: string, ...published: unknown[]];

/**
 * Texts with ROUGE-1.5.5's recall, precision and F. "pairs" of texts have objects of measures about them
 * ("expected_…": each measure a list with an entry for every pair), single texts stand with their measure and scores
 * in lists of rows. Measures may end in "_stemmed"; "columns" gives the order of the scores.
 */
export const rougeVectors: Reader = {
  kind: "ROUGE vectors",
  matches: (item) => vectorFiles(item).length > 0,
  async figures(item) {
    const figures: ValueFigure[] = [];
    for (const file of vectorFiles(item)) {
      const content = item.json(file) as JsonObject;
      for (const [key, value] of Object.entries(content)) {
        if (isMeasures(value) && Array.isArray(content.pairs))
          figures.push(...(await ofPairs(file, key, content)));
        if (isRows(value)) figures.push(...ofRows(file, key, value, content[`${key}_columns`]));
      }
    }
    return figures;
  },
  vectors: {files: vectorFiles, inputs: /^pairs\//}
};

const columnsByDefault = ["recall", "precision", "fmeasure"];

async function ofPairs(file: string, key: string, content: JsonObject): Promise<ValueFigure[]> {
  const pairs = content.pairs as {target: string | string[]; prediction: string}[];
  const measures = content[key] as JsonObject;
  const rows = pairs.map((pair, i) => ({id: String(i), prompt: "", expected: pair.target}));
  const outputs = {system: new Map(pairs.map((pair, i) => [String(i), pair.prediction]))};
  const figures: ValueFigure[] = [];
  for (const measure of Object.keys(measures).filter(
    (each) => Array.isArray(measures[each]) && each !== "columns"
  )) {
    const {type, stem} = measureOf(measure);
    const scores = type && (await throughRunner(rows, outputs, rouge({type, stem}))).system!;
    for (const [i] of rows.entries()) {
      const row = scores?.[i];
      const found = row?.status === "scored" ? {...row.details, f: row.value} : undefined;
      const published = (measures[measure] as unknown[])[i];
      const columns = Array.isArray(published) ? columnsOf(measures.columns) : ["fmeasure"];
      figures.push({
        name: `${measure} of pair ${i + 1}`,
        ours: found && columns.map((column) => figureOf(found, column)!),
        published: {file, path: [key, measure, i]},
        tolerance: 1e-5,
        cannot: !type ? `there is no measure ${measure} here` : undefined
      });
    }
  }
  return figures;
}

function ofRows(file: string, key: string, rows: readonly Row[], titles: unknown): ValueFigure[] {
  const columns = columnsOf(Array.isArray(titles) ? titles.slice(3) : undefined);
  return rows.flatMap(([target, prediction, measure], i) => {
    const {type, stem} = measureOf(measure);
    const found = type && rougeScore(prediction, target, type, {stem});
    return columns.map((column, j): ValueFigure => ({
      name: `${measure} of ${key} ${i + 1}, ${column}`,
      ours: found && figureOf({...found}, column),
      published: {file, path: [key, i, 3 + j]},
      tolerance: 1e-5,
      printed: 5e-5,
      cannot: !type ? `there is no measure ${measure} here` : undefined
    }));
  });
}

function measureOf(measure: string): {type?: Type; stem: boolean} {
  const [, name, stemmed] = /^(rouge[-_]?(?:[1-9]|Lsum|L|W|SU|S))(.*stem.*)?$/i.exec(measure) ?? [];
  const type = name
    ?.replace(/[-_]/g, "")
    .replace(
      /^rouge([a-z]*)/i,
      (_, kind: string) =>
        `rouge${kind.slice(0, 2).toLowerCase() === "su" ? "SU" : kind.slice(0, 1).toUpperCase() + kind.slice(1).toLowerCase()}`
    ) as Type | undefined;
  return {type, stem: stemmed !== undefined};
}

function figureOf(found: Record<string, unknown>, column: string): number | undefined {
  return (/^f/i.test(column) ? found.f : found[column.toLowerCase()]) as number | undefined;
}

function columnsOf(titles: unknown): string[] {
  return Array.isArray(titles) && titles.length > 0 ? (titles as string[]) : columnsByDefault;
}

function isMeasures(value: unknown): value is JsonObject {
  return isObject(value) && Object.keys(value).some((key) => /^rouge/i.test(key));
}

function isRows(value: unknown): value is Row[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => Array.isArray(row) && row.length > 3 && /^rouge/i.test(String(row[2])))
  );
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(
    item,
    (content) =>
      isObject(content) &&
      (Object.values(content).some(isRows) ||
        (has(content, "pairs") && Object.values(content).some(isMeasures)))
  );
}
