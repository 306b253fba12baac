/**
 * The references a row states, as text: a list means any of several. Numbers and booleans are printed.
 * Undefined when there is none or one of them is no text, number or boolean: such a row cannot be scored.
 */
export function references(expected: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(expected) ? expected : [expected];
  const texts: string[] = [];
  for (const item of list) {
    if (typeof item === "string") texts.push(item);
    else if (typeof item === "number" || typeof item === "boolean" || typeof item === "bigint")
      texts.push(String(item));
    else return undefined;
  }
  return texts.length > 0 ? texts : undefined;
}

/** The reason shown for a row whose `expected` holds nothing to compare with. */
export const noReference = {
  failed: "the row's expected value is missing or is neither text nor a list of texts"
};
