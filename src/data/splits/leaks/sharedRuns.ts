import {eachShingle, hashNumber, NumberList, plainWords} from "../../datasets/index.js";
import {textsOf} from "./texts.js";
import {type ComparedRows, type Leaks, sortedById} from "./types.js";

/** Words of the runs that count as taken over, as in the decontamination of the LM Evaluation Harness. */
export const NGRAM_WORDS = 13;

/**
 * Test rows that share a run of 13 words with the training part. Shorter texts have no such run: `long` counts the
 * test rows that do. Memory: 8 bytes for each distinct run of the training part.
 */
export async function sharedRuns(compared: ComparedRows, text: string): Promise<Leaks & {long: number}> {
  const trained = new NumberList();
  for await (const {text: content} of textsOf(compared, text, "train"))
    eachRun(content, (run) => trained.push(run));
  const known = trained.toArray().sort();
  const rowsOf = new Map<number, string[]>();
  const leaking = new Map<string, string | undefined>();
  let [of, long] = [0, 0];
  for await (const {row_id, text: content} of textsOf(compared, text, "test")) {
    of++;
    let has = false;
    eachRun(content, (run) => {
      has = true;
      if (leaking.has(row_id) || !includes(known, run)) return;
      leaking.set(row_id, undefined);
      rowsOf.set(run, [...(rowsOf.get(run) ?? []), row_id]);
    });
    if (has) long++;
  }
  if (rowsOf.size > 0)
    for await (const {row_id, text: content} of textsOf(compared, text, "train"))
      eachRun(content, (run) => {
        for (const row of rowsOf.get(run) ?? []) {
          const before = leaking.get(row);
          if (before === undefined || row_id < before) leaking.set(row, row_id);
        }
      });
  return {of, long, rows: sortedById([...leaking].map(([row, first]) => ({row, known: first!})))};
}

function eachRun(text: string | null, each: (run: number) => void): void {
  eachShingle(plainWords(text ?? ""), NGRAM_WORDS, false, (hash) => each(hashNumber(hash)));
}

function includes(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
