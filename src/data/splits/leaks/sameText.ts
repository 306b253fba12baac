import {hashNumber, hashUnits, plainWords} from "../../datasets/index.js";
import {textsOf} from "./texts.js";
import {type ComparedRows, type Leaks, sortedById} from "./types.js";

/**
 * Test rows whose text also stands in the training part, both folded by `plainWords`. Rows without text leak nothing.
 * Memory: some 50 bytes for each distinct text of the test part.
 */
export async function sameText(compared: ComparedRows, text: string): Promise<Leaks> {
  const rowsOf = new Map<number, string[]>();
  let of = 0;
  for await (const {row_id, text: content} of textsOf(compared, text, "test")) {
    of++;
    if (content === null) continue;
    const key = keyOf(content);
    const same = rowsOf.get(key);
    if (same) same.push(row_id);
    else rowsOf.set(key, [row_id]);
  }
  const known = new Map<number, string>();
  for await (const {row_id, text: content} of textsOf(compared, text, "train")) {
    if (content === null) continue;
    const key = keyOf(content);
    if (!rowsOf.has(key)) continue;
    const before = known.get(key);
    if (before === undefined || row_id < before) known.set(key, row_id);
  }
  const rows = [...known].flatMap(([key, row]) => rowsOf.get(key)!.map((own) => ({row: own, known: row})));
  return {of, rows: sortedById(rows)};
}

/** 53 bits of a hash: two of a million different texts share one with a chance of 1 in 18,000. */
function keyOf(text: string): number {
  const plain = plainWords(text);
  const hash = {high: 0, low: 0};
  hashUnits(plain, 0, plain.length, hash);
  return hashNumber(hash);
}
