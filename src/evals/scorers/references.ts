/**
 * The references a row states, as text: a list means any of several. One rule for all scorers of text and labels: a number or
 * a boolean is its text ("3" and 3 are the same, "true" and true, "1" and 1.0), since what a model gives is text.
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

/** `Scorer.check` of the scorers that compare with any of several references. */
export function checkReferences(expected: unknown): string | undefined {
  return references(expected) ? undefined : noReference.failed;
}

/** The reason shown for a row whose `expected` holds nothing to compare with. */
export const noReference = {
  failed: "the row's expected value is missing or is neither text nor a list of texts"
};
