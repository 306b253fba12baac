import {type Batch, emptyBatch} from "../batch.js";
import {IGNORED} from "./targets.js";

/** What is learned at a token in place of the token alone: a loss of Σ share · (−log p), and `entropy` more, which has no gradient. */
export interface SoftLabel {
  tokens: number[];
  /** They sum to 1. */
  shares: number[];
  /** Of the teacher's own shares, weighted and below 0: with it the part that is no cross-entropy is a KL divergence. */
  entropy: number;
}

/** One text to learn: its tokens, and for each the token itself where it is learned, −100 where not. */
export interface TokenExample {
  ids: number[];
  labels: number[];
  /** For each token what is learned in its place, null where it is the token alone; absent where it is everywhere. */
  soft?: (SoftLabel | null)[];
}

/** Rows of tokens with their labels. */
export interface LabelledBatch {
  batch: Batch;
  labels: number[][];
  /** As `labels`, where examples have soft ones. */
  soft?: (SoftLabel | null)[][];
}

export interface RowOptions {
  /** The token that fills rows up. */
  padding?: number;
  /** Rows are filled up to a multiple of this. */
  multiple?: number;
}

/** One example a row, padded on the right to the longest. */
export function paddedRows(examples: readonly TokenExample[], options: RowOptions = {}): LabelledBatch {
  return packedRows(
    examples.map((example) => [example]),
    options,
    false
  );
}

/**
 * Several examples a row, one after the other. Each begins at position 0, sees nothing of the others, and its first
 * token is not learned (`mask`), having nothing before it.
 */
export function packedRows(
  rows: readonly (readonly TokenExample[])[],
  {padding = 0, multiple = 1}: RowOptions = {},
  mask = true
): LabelledBatch {
  const lengths = rows.map((row) => row.reduce((sum, {ids}) => sum + ids.length, 0));
  const length = Math.ceil(Math.max(1, ...lengths) / multiple) * multiple;
  const batch = emptyBatch(rows.length, length);
  batch.ids.fill(padding);
  const labels = rows.map((row, r) => {
    const own = Array.from({length}, () => IGNORED);
    let at = 0;
    row.forEach(({ids, labels: wanted}, document) =>
      ids.forEach((id, i) => {
        batch.ids[r * length + at] = id;
        batch.positions[r * length + at] = i;
        batch.documents[r * length + at] = document + 1;
        own[at] = mask && i === 0 ? IGNORED : wanted[i]!;
        at++;
      })
    );
    return own;
  });
  if (!rows.flat().some(({soft}) => soft)) return {batch, labels};
  const soft = rows.map((row) => row.flatMap(({ids, soft = ids.map(() => null)}) => soft));
  return {batch, labels, soft};
}

/** A prompt and the answer to it, of which only the answer is learned. */
export function answered(prompt: readonly number[], answer: readonly number[]): TokenExample {
  return {ids: [...prompt, ...answer], labels: [...prompt.map(() => IGNORED), ...answer]};
}

/** An example cut to `length` tokens, from the end or from the start. */
export function cut(
  {ids, labels, soft}: TokenExample,
  length: number,
  keep: "start" | "end" = "start"
): TokenExample {
  const part = <T>(all: T[]) =>
    all.length <= length ? all : keep === "start" ? all.slice(0, length) : all.slice(-length);
  return {ids: part(ids), labels: part(labels), soft: soft && part(soft)};
}

/**
 * Which examples share a row of `length` tokens: each goes into the fullest row that still has room, longest first.
 * Gives indices; rows in the order they were begun. An example longer than `length` has a row of its own.
 */
export function packing(lengths: readonly number[], length: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const rows: number[][] = [];
  /** Numbers of the rows that have so much room, in order. */
  const withRoom = Array.from({length: length + 1}, (): number[] => []);
  for (const i of order) {
    const needed = lengths[i]!;
    let room = needed;
    while (room <= length && withRoom[room]!.length === 0) room++;
    const row = withRoom[room]?.shift() ?? rows.push([]) - 1;
    rows[row]!.push(i);
    const left = Math.min(room, length) - needed;
    if (left >= 0) insert(withRoom[left]!, row);
  }
  return rows;
}

function insert(sorted: number[], value: number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}
