import {UserError} from "../../base/validation/index.js";
import {rowsSha256, sha256} from "../../base/system/index.js";
import {isChosen} from "./isChosen.js";
import type {BuildContext, ClassifierOptions, TrainingRow} from "./modelSource.js";

/** The labelled rows that a model learns from, in the order of their ids. */
export interface LabelledRows {
  ids: string[];
  texts: string[];
  labels: string[];
  /** Label names, sorted, where labels are classes. */
  classes?: string[];
  /** SHA-256 of the ids of its rows in order, one a line. */
  rowsSha256: string;
  /** Texts of all rows of the part, for what is learned without labels. */
  partTexts: string[];
  /** Labels of all rows of the part, each once. */
  partLabels: ReadonlySet<string>;
  /** The subset and the sample in words; undefined when all rows of the part were taken. */
  subset?: string;
}

/** The rows of a part that the subset and the sample leave. Throws when none is left, or a text or label is missing. */
export async function readLabelledRows(
  context: BuildContext,
  options: ClassifierOptions
): Promise<LabelledRows> {
  const {text, label, subset, sample, part = "train"} = options;
  const partLabels = new Set<string>();
  let rows: {id: string; text: string; label: string}[] = [];
  const partTexts: string[] = [];
  for await (const row of context.rows(part)) {
    context.signal?.throwIfAborted();
    const value = stringOf(row, label, context.dataset);
    partLabels.add(value);
    const content = stringOf(row, text, context.dataset);
    partTexts.push(content);
    if (!subset || isChosen(subset, row)) rows.push({id: row.id, text: content, label: value});
  }
  const words = subset ? [subset.words] : [];
  if (sample !== undefined && rows.length > sample) {
    words.push(`${sample} of ${rows.length} rows, those with the smallest hashes of their ids`);
    rows = rows
      .map((row) => ({row, key: sha256(row.id)}))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, sample)
      .map(({row}) => row);
  }
  if (rows.length === 0)
    throw new UserError(
      `${context.dataset}: no row of part "${part}" (${partTexts.length} rows)${subset ? ` is in the subset "${subset.words}"` : ""}. Check the split and the subset.`
    );
  rows.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return {
    ids: rows.map(({id}) => id),
    texts: rows.map((row) => row.text),
    labels: rows.map((row) => row.label),
    rowsSha256: rowsSha256(rows.map(({id}) => id)),
    partTexts,
    partLabels,
    subset: words.length ? words.join("; ") : undefined
  };
}

function stringOf(row: TrainingRow, column: string, dataset: string): string {
  const value = row[column];
  if (typeof value === "string" && value !== "") return value;
  throw new UserError(
    `${dataset}: row ${row.id} has no text in column "${column}". Name another column, or leave such rows out in the data loader.`
  );
}
