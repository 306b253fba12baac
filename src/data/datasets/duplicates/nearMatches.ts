import type {Database} from "../../../base/store/index.js";
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

/** The texts of some rows, to compare those of others with, several times perhaps. Memory as `TextIndex`. */
export class KnownTexts {
  readonly #index: TextIndex;
  /** The smallest id of the known rows with each text. */
  readonly #rows: string[] = [];
  /** The comparison that is being made: the texts of one at a time are in the index. */
  #before: Promise<unknown> = Promise.resolve();

  private constructor(settings: NearDuplicateSettings) {
    this.#index = new TextIndex(settings);
  }

  static async of(db: Database, known: Texts, settings: NearDuplicateSettings = {}): Promise<KnownTexts> {
    const texts = new KnownTexts(settings);
    for await (const {row_id, text} of textsOf(db, known)) {
      const number = texts.#index.add(text);
      const before = texts.#rows[number];
      if (before === undefined || row_id < before) texts.#rows[number] = row_id;
    }
    return texts;
  }

  /** For every row of `wanted` that has a near-duplicate among the known rows: the one most like it. Rows without text match nothing. */
  matches(db: Database, wanted: Texts): Promise<Map<string, NearMatch>> {
    const found = this.#before.then(() => this.#matches(db, wanted));
    this.#before = found.catch(() => undefined);
    return found;
  }

  async #matches(db: Database, wanted: Texts): Promise<Map<string, NearMatch>> {
    const index = this.#index;
    const known = index.size;
    const rowsOfText = new Map<number, string[]>();
    const found = new Map<string, NearMatch>();
    try {
      for await (const {row_id, text} of textsOf(db, wanted)) {
        const number = index.add(text);
        if (number < known) found.set(row_id, {similarity: 1, row: this.#rows[number]!});
        else rowsOfText.set(number, [...(rowsOfText.get(number) ?? []), row_id]);
      }
      index.pairs(
        (a, b) => a < known === b < known,
        (a, b, similarity) => {
          const row = this.#rows[Math.min(a, b)]!;
          for (const own of rowsOfText.get(Math.max(a, b))!) {
            const before = found.get(own);
            const better =
              !before ||
              similarity > before.similarity ||
              (similarity === before.similarity && row < before.row);
            if (better) found.set(own, {similarity, row});
          }
        }
      );
    } finally {
      index.cut(known);
    }
    return found;
  }
}

/** As `KnownTexts`, for one comparison. */
export async function nearMatches(
  db: Database,
  wanted: Texts,
  known: Texts,
  settings: NearDuplicateSettings = {}
): Promise<Map<string, NearMatch>> {
  return (await KnownTexts.of(db, known, settings)).matches(db, wanted);
}

async function* textsOf(db: Database, texts: Texts): AsyncGenerator<{row_id: string; text: string}> {
  for await (const batch of typeof texts === "string" ? db.batches<TextOfRow>(texts) : inOne(texts))
    for (const {row_id, text} of batch) if (text !== null) yield {row_id, text};
}

async function* inOne<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  for await (const one of all) yield [one];
}
