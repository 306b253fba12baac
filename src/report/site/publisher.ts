import {type MaskExcerpt, maskExcerpt} from "../../data/privacy/index.js";
import {areClasses} from "./labelCounts.js";

const LONGEST = 300;

/** `excerpt` is what the eval publishes of the row's own text; null when it publishes nothing. */
export type Publish = (text: string | null, excerpt: string | null) => string | null;

/**
 * What a page may show of the answers that rows expect and that candidates gave: a label as it is, anything else
 * masked and cut at 300 characters, or nothing (null) where the row's own text is not published either.
 */
export function publisher(
  expected: readonly (string | null)[],
  labels = publishedClasses(expected),
  mask: MaskExcerpt = maskExcerpt
): Publish {
  const masked = new Map<string, string>();
  return (text, excerpt) => {
    if (text === null || labels.has(text)) return text;
    if (excerpt === null) return null;
    let found = masked.get(text);
    if (found === undefined) {
      found = mask(text.slice(0, 4 * LONGEST), LONGEST);
      masked.set(text, found);
    }
    return found;
  };
}

/**
 * The expected answers that are labels: those of a run whose answers are short, few and mostly stand at several rows; none of
 * another run.
 */
export function publishedClasses(expected: readonly (string | null)[]): ReadonlySet<string> {
  const different = new Set(expected.filter((text) => text !== null));
  return areClasses([...different], expected.length) ? different : new Set();
}

/** `expected` is JSON in the store: a label is shown without its quotes. */
export function publishedExpected(expected: string | null): string | null {
  if (expected === null) return null;
  const value = JSON.parse(expected) as unknown;
  return typeof value === "string" ? value : expected;
}
