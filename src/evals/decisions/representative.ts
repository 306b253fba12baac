/** Candidates that stand for the same weights go by the first of them that is in the set. */
export function representativeOf(
  one: string,
  set: readonly string[],
  sameWeights: readonly (readonly string[])[]
): string {
  const group = sameWeights.find((names) => names.includes(one));
  return group ? (set.find((name) => group.includes(name)) ?? one) : one;
}
