export type ClassLabel = string | number | boolean | null | undefined;

export interface Confusion {
  labels: string[];
  /** counts[i][j]: rows expected to be labels[i] and predicted as labels[j]. */
  counts: number[][];
  n: number;
}

/**
 * Rows by expected and predicted label. Labels are compared as text and sorted, after those given first in
 * `labels`; a row without a label on either side is left out. No rows give an n of 0.
 */
export function confusion(
  expected: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  labels: readonly string[] = []
): Confusion {
  if (expected.length !== predicted.length)
    throw new Error(`labels: ${expected.length} expected, ${predicted.length} predicted`);
  const pairs: [string, string][] = [];
  for (let i = 0; i < expected.length; i++) {
    const truth = expected[i];
    const guess = predicted[i];
    if (truth != null && guess != null) pairs.push([String(truth), String(guess)]);
  }
  const known = new Set(labels);
  const others = [...new Set(pairs.flat())].filter((label) => !known.has(label)).sort();
  const all = [...known, ...others];
  const index = new Map(all.map((label, i) => [label, i]));
  const counts = all.map(() => new Array<number>(all.length).fill(0));
  for (const [truth, guess] of pairs) counts[index.get(truth)!]![index.get(guess)!]!++;
  return {labels: all, counts, n: pairs.length};
}
