/**
 * The name of `known` that `found` was most likely meant to be: the same but for case, or at most a third of its letters
 * away (a letter more, less, other, or two changed about). Undefined when none is near.
 */
export function nearest(found: string, known: readonly string[]): string | undefined {
  if (found.length > 100) return undefined;
  const lower = found.toLowerCase();
  let best: {name: string; edits: number} | undefined;
  for (const name of known) {
    const edits = editDistance(lower, name.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(found.length, name.length) / 3));
    if (edits <= allowed && edits < (best?.edits ?? Infinity)) best = {name, edits};
  }
  return best?.name;
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, next[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    [before, last] = [last, next];
  }
  return last[b.length]!;
}
