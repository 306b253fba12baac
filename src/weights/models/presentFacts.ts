/** Facts of a record that are known. */
export function presentFacts(
  facts: Record<string, string | number | undefined>
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  );
}
