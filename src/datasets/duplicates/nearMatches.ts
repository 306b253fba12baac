import type {Database} from "../../store/index.js";
import type {NearDuplicateSettings} from "./settings.js";
import {TextIndex} from "./textIndex.js";

/** A query that gives `row_id` and `text`, or such rows. */
export type Texts = string | AsyncIterable<TextOfRow>;

interface TextOfRow {
  row_id: string;
  text: string | null;
}

export interface NearMatch {
  /** Greatest similarity found, 1 for the same text. */
  similarity: number;
  /** The row of `known` that is so alike; of several the smallest id. */
  row: string;
}

/**
 * For every row of `wanted` that has a near-duplicate among the rows of `known`: the one most like it. Rows
 * without text match nothing. Memory as `TextIndex`.
 */
export async function nearMatches(
  db: Database,
  wanted: Texts,
  known: Texts,
  settings: NearDuplicateSettings = {}
): Promise<Map<string, NearMatch>> {
  const index = new TextIndex(settings);
  /** The smallest id of the known rows with each text. */
  const knownRow: string[] = [];
  for await (const {row_id, text} of textsOf(db, known)) {
    const number = index.add(text);
    const before = knownRow[number];
    if (before === undefined || row_id < before) knownRow[number] = row_id;
  }
  const knownTexts = index.size;
  const rowsOfText = new Map<number, string[]>();
  const found = new Map<string, NearMatch>();
  for await (const {row_id, text} of textsOf(db, wanted)) {
    const number = index.add(text);
    if (number < knownTexts) found.set(row_id, {similarity: 1, row: knownRow[number]!});
    else rowsOfText.set(number, [...(rowsOfText.get(number) ?? []), row_id]);
  }
  index.pairs(
    (a, b) => a < knownTexts === b < knownTexts,
    (a, b, similarity) => {
      const row = knownRow[Math.min(a, b)]!;
      for (const own of rowsOfText.get(Math.max(a, b))!) {
        const before = found.get(own);
        const better =
          !before || similarity > before.similarity || (similarity === before.similarity && row < before.row);
        if (better) found.set(own, {similarity, row});
      }
    }
  );
  return found;
}

async function* textsOf(db: Database, texts: Texts): AsyncGenerator<{row_id: string; text: string}> {
  for await (const batch of typeof texts === "string" ? db.batches<TextOfRow>(texts) : inOne(texts))
    for (const {row_id, text} of batch) if (text !== null) yield {row_id, text};
}

async function* inOne<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  for await (const one of all) yield [one];
}
