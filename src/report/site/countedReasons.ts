/** Failures by the reason that is shown, which several may share; the most frequent first. */
export function countedReasons<T extends {count: number}>(
  failures: readonly T[],
  show: (failure: T) => string
): {reason: string; count: number}[] {
  const counts = new Map<string, number>();
  for (const failure of failures) {
    const reason = show(failure);
    counts.set(reason, (counts.get(reason) ?? 0) + failure.count);
  }
  return [...counts].map(([reason, count]) => ({reason, count})).sort((a, b) => b.count - a.count);
}
