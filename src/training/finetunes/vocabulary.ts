/**
 * The `size` commonest features that occur in at least `minRows` rows, most rows first and then by name, with
 * their smoothed inverse document frequencies ln((1 + n) / (1 + df)) + 1.
 */
export function buildVocabulary(
  rows: readonly ReadonlyMap<string, number>[],
  {size, minRows}: {size: number; minRows: number}
): {words: string[]; idf: Float32Array} {
  const frequency = new Map<string, number>();
  for (const counts of rows)
    for (const word of counts.keys()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const kept = [...frequency]
    .filter(([, df]) => df >= minRows)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, size);
  return {
    words: kept.map(([word]) => word),
    idf: Float32Array.from(kept, ([, df]) => Math.log((1 + rows.length) / (1 + df)) + 1)
  };
}
