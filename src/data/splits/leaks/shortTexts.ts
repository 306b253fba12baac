import {setImmediate as nextTurn} from "node:timers/promises";
import {plainWords} from "../../datasets/index.js";
import {sha256} from "../../../base/system/index.js";
import {textsOf} from "./texts.js";
import {type Grams, TfIdf} from "./tfidf.js";
import {type ComparedRows, type Leaks, sortedById} from "./types.js";

/** Texts of at most so many words are short. */
const SHORT_WORDS = 40;

/** Least cosine of near-twins. */
export const TWIN_COSINE = 0.8;

/** Short test rows that are searched; of more, a sample. */
const MOST_SEARCHED = 1_000;

/** `of` counts the short test rows that were searched: all, or a seeded sample. */
export interface ShortTextLeaks extends Leaks {
  /** Test rows of at most 40 words. */
  short: number;
  threshold: number;
}

/**
 * Near-twins of short texts: test rows of at most 40 words with a training row of at most 40 words whose TF-IDF vector
 * of character 3- to 5-grams within words has a cosine of 0.8 or more with theirs. Word runs miss these, since one changed
 * word alters five of them. The search is exact; of more than 1,000 short test rows a seeded sample is searched. Time
 * grows with training rows × searched rows, memory with the grams of the training rows: some 0.6 KB a row.
 */
export async function shortTexts(compared: ComparedRows, text: string): Promise<ShortTextLeaks> {
  const test: {row: string; plain: string}[] = [];
  for await (const {row_id, text: content} of textsOf(compared, text, "test")) {
    const plain = shortOf(content);
    if (plain !== undefined) test.push({row: row_id, plain});
  }
  const searched = sampled(test);
  if (searched.length === 0) return {of: 0, short: 0, threshold: TWIN_COSINE, rows: []};
  const tfidf = new TfIdf();
  const trained: {row: string; grams: Grams}[] = [];
  for await (const {row_id, text: content} of textsOf(compared, text, "train")) {
    const plain = shortOf(content);
    if (plain !== undefined) trained.push({row: row_id, grams: tfidf.learn(plain)});
  }
  const postings = postingsOf(
    searched.map(({plain}) => tfidf.grams(plain)),
    tfidf
  );
  const best = searched.map((): {known?: string; similarity: number} => ({similarity: 0}));
  const cosines = new Float64Array(searched.length);
  for (const [n, {row, grams}] of trained.entries()) {
    // Hundreds of rows take some hundredths of a second: signals and timers get their turn.
    if (n % 256 === 0) await nextTurn();
    const weights = tfidf.weights(grams);
    grams.ids.forEach((id, at) => {
      const posting = postings.get(id);
      if (!posting) return;
      for (let i = 0; i < posting.rows.length; i++)
        cosines[posting.rows[i]!]! += weights[at]! * posting.weights[i]!;
    });
    for (let i = 0; i < cosines.length; i++) {
      const similarity = Math.min(1, cosines[i]!);
      cosines[i] = 0;
      const own = best[i]!;
      if (similarity > own.similarity || (similarity === own.similarity && row < (own.known ?? row)))
        best[i] = {known: row, similarity};
    }
  }
  const rows = searched.flatMap(({row}, i) => {
    const {known, similarity} = best[i]!;
    // A cosine is a sum of rounded products.
    return known !== undefined && similarity >= TWIN_COSINE - 1e-9 ? [{row, known, similarity}] : [];
  });
  return {of: searched.length, short: test.length, threshold: TWIN_COSINE, rows: sortedById(rows)};
}

/** Its plain words when they are few; undefined for a long or empty text. */
function shortOf(text: string | null): string | undefined {
  if (text === null || text.length > SHORT_WORDS * 40) return undefined;
  const plain = plainWords(text);
  return plain === "" || plain.split(" ").length > SHORT_WORDS ? undefined : plain;
}

/** The same rows whatever the order, and most of them again when rows are added. */
function sampled<T extends {row: string}>(test: readonly T[]): readonly T[] {
  if (test.length <= MOST_SEARCHED) return test;
  return test
    .map((one) => ({one, key: sha256(`twins:${one.row}`)}))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, MOST_SEARCHED)
    .map(({one}) => one);
}

/** By gram, the searched rows that have it and how much it weighs in them. */
function postingsOf(texts: readonly Grams[], tfidf: TfIdf): Map<number, {rows: number[]; weights: number[]}> {
  const postings = new Map<number, {rows: number[]; weights: number[]}>();
  for (const [row, grams] of texts.entries()) {
    const weights = tfidf.weights(grams);
    grams.ids.forEach((id, at) => {
      const posting = postings.get(id) ?? {rows: [], weights: []};
      posting.rows.push(row);
      posting.weights.push(weights[at]!);
      postings.set(id, posting);
    });
  }
  return postings;
}
