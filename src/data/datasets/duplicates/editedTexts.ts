import {plainWords} from "./plainWords.js";
import {hashNumber, hashUnits} from "./wordHash.js";

/** Characters of a gram. */
const GRAM = 4;

/** Grams by which texts are found that may be alike: two that are `ALIKE` share one but for one pair in ten million. */
const SKETCH = 32;

/** A gram that more texts have in their sketches tells nothing. */
const MOST_SHARING = 1_000;

/** So many texts that share most grams of the sketch are compared. */
const MOST_COMPARED = 64;

/** Least Jaccard similarity of the character grams of a text before and after it was edited. */
const ALIKE = 0.4;

export interface Edited {
  row: string;
  /** Place in `before` of the text that it was. */
  was: number;
  /** Jaccard similarity of their character 4-grams, 0.4 to 1. */
  similarity: number;
}

/**
 * Which rows of `after` may be the edited states of texts: each text's row is the one most like it that no text is more like,
 * and rows and texts are paired one to one. Texts are compared folded (`plainWords`), by their character 4-grams, so that a
 * changed word of a short question leaves it alike. A text that was rewritten throughout has no row.
 */
export async function editedTexts(
  before: readonly string[],
  after: AsyncIterable<{row: string; text: string}>
): Promise<Edited[]> {
  const alike = alikeIn(before.map(gramsOf));
  const pairs: Edited[] = [];
  for await (const {row, text} of after)
    for (const found of alike(gramsOf(text))) pairs.push({row, ...found});
  pairs.sort((a, b) => b.similarity - a.similarity || a.was - b.was || (a.row < b.row ? -1 : 1));
  const [rows, taken] = [new Set<string>(), new Set<number>()];
  return pairs.filter(({row, was}) => {
    if (rows.has(row) || taken.has(was)) return false;
    rows.add(row);
    taken.add(was);
    return true;
  });
}

/**
 * Which rows of `after` may be edited copies of `texts`, which are still there: those that are as like one of these, at 0.4 or more,
 * as they are like any of `others`. So rows made from one template go with either in proportion.
 */
export async function copiedTexts(
  texts: readonly string[],
  after: AsyncIterable<{row: string; text: string}>,
  others: AsyncIterable<{text: string}>
): Promise<string[]> {
  const alike = alikeIn(texts.map(gramsOf));
  const copies: {row: string; grams: number[]; similarity: number}[] = [];
  for await (const {row, text} of after) {
    const grams = gramsOf(text);
    const similarity = Math.max(0, ...alike(grams).map((found) => found.similarity));
    if (similarity > 0) copies.push({row, grams, similarity});
  }
  if (copies.length === 0) return [];
  // In shelves, so that no gram is shared by too many to tell.
  const shelves = Array.from({length: Math.ceil(copies.length / MOST_SHARING)}, (_, i) => {
    const own = copies.slice(i * MOST_SHARING, (i + 1) * MOST_SHARING);
    return {own, alike: alikeIn(own.map(({grams}) => grams))};
  });
  const nearer = new Set<string>();
  for await (const {text} of others) {
    const grams = gramsOf(text);
    for (const {own, alike} of shelves)
      for (const {was, similarity} of alike(grams))
        if (similarity > own[was]!.similarity) nearer.add(own[was]!.row);
  }
  return copies.flatMap(({row}) => (nearer.has(row) ? [] : [row]));
}

/** Finds which of some texts are `ALIKE` a text, by their grams. */
function alikeIn(texts: readonly number[][]): (grams: number[]) => {was: number; similarity: number}[] {
  const sharing = new Map<number, number[]>();
  for (const [at, grams] of texts.entries())
    for (const gram of grams.slice(0, SKETCH)) {
      const same = sharing.get(gram);
      if (same) same.push(at);
      else sharing.set(gram, [at]);
    }
  return (grams) =>
    candidates(grams, sharing).flatMap((was) => {
      const similarity = jaccard(grams, texts[was]!);
      return similarity >= ALIKE ? [{was, similarity}] : [];
    });
}

/** Numbers of the text's distinct grams, ascending: the first are a sample of them, and the same sample for any text. */
function gramsOf(text: string): number[] {
  const plain = ` ${plainWords(text)} `;
  const hash = {high: 0, low: 0};
  const found = new Set<number>();
  for (let at = 0; at + GRAM <= plain.length; at++) {
    hashUnits(plain, at, at + GRAM, hash);
    found.add(hashNumber(hash));
  }
  return [...found].sort((a, b) => a - b);
}

function candidates(grams: readonly number[], sharing: ReadonlyMap<number, number[]>): number[] {
  const shared = new Map<number, number>();
  for (const gram of grams.slice(0, SKETCH)) {
    const texts = sharing.get(gram) ?? [];
    if (texts.length > MOST_SHARING) continue;
    for (const at of texts) shared.set(at, (shared.get(at) ?? 0) + 1);
  }
  return [...shared]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, MOST_COMPARED)
    .map(([at]) => at);
}

/** Shared of all, of two ascending lists. */
function jaccard(a: readonly number[], b: readonly number[]): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i]!, b[j]!];
    if (left === right) shared++;
    if (left <= right) i++;
    if (left >= right) j++;
  }
  const all = a.length + b.length - shared;
  return all === 0 ? 0 : shared / all;
}
