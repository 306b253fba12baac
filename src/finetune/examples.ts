import {sha256, UserError} from "../store/index.js";
import type {BuildContext, ClassifierOptions, TrainingRow} from "./modelSource.js";

/** Labels are numbers of two bytes. */
const MOST_LABELS = 65_535;

export interface Examples {
  ids: string[];
  texts: string[];
  /** Index into `classes`. */
  targets: Uint16Array;
  /** Label names, sorted. */
  classes: string[];
  /** SHA-256 of the sorted row ids, one a line. */
  rowsSha256: string;
  /** Texts of all rows of the part, for what is learned without labels. */
  partTexts: string[];
  /** The subset and the sample in words; undefined when all rows of the part were taken. */
  subset?: string;
}

/**
 * The labelled rows a classifier learns from. `classes` fixes the label order (a parent's), else it is the sorted
 * labels of all rows of the part, including those the subset leaves out, so that parts of a team share one head.
 * Throws when no row is left, a text or label is missing, or there are more than 65,535 labels.
 */
export async function readExamples(
  context: BuildContext,
  options: ClassifierOptions,
  classes?: readonly string[]
): Promise<Examples> {
  const {text, label, subset, sample, part = "train"} = options;
  const labels = new Set<string>();
  let rows: {id: string; text: string; label: string}[] = [];
  const partTexts: string[] = [];
  for await (const row of context.rows(part)) {
    context.signal?.throwIfAborted();
    const value = stringOf(row, label, context.dataset);
    labels.add(value);
    const content = stringOf(row, text, context.dataset);
    partTexts.push(content);
    if (!subset || subset.where(row)) rows.push({id: row.id, text: content, label: value});
  }
  const known = [...(classes ?? [...labels].sort())];
  if (known.length > MOST_LABELS)
    throw new UserError(
      `${context.dataset}: ${known.length} labels in "${label}"; a classifier takes ${MOST_LABELS}.`
    );
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
  const index = new Map(known.map((name, i) => [name, i]));
  return {
    ids: rows.map(({id}) => id),
    texts: rows.map((row) => row.text),
    targets: Uint16Array.from(rows, (row) => {
      const target = index.get(row.label);
      if (target === undefined)
        throw new UserError(`${context.dataset}: row ${row.id} has a label its parent model does not know.`);
      return target;
    }),
    classes: known,
    rowsSha256: sha256(rows.map(({id}) => id).join("\n")),
    partTexts,
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
