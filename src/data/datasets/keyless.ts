/** What stands for a value under a key: `<EMAIL_ADDRESS:kqhsnefjabcdrmgp>`. */
const PSEUDONYM = /<([A-Z][A-Z0-9_]*):[a-z]{16}>/g;

/** A row with its pseudonyms unnamed, the same whatever their key; undefined when it has none. */
export function keyless(row: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const held = JSON.stringify(row);
  const unnamed = held.replace(PSEUDONYM, "<$1:>");
  return unnamed === held ? undefined : (JSON.parse(unnamed) as Record<string, unknown>);
}
