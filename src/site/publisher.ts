import {maskExcerpt} from "../privacy/index.js";

const LONGEST = 300;
const LONGEST_LABEL = 60;
const MOST_LABELS = 40;

/** `excerpt` is what the eval publishes of the row's own text; null when it publishes nothing. */
export type Publish = (text: string | null, excerpt: string | null) => string | null;

/**
 * What a page may show of the answers that rows expect and that candidates gave: a label as it is, anything else
 * masked and cut at 300 characters, or nothing (null) where the row's own text is not published either. Expected
 * answers are labels when they are short, at most forty different ones, and most of them stand at several rows.
 */
export function publisher(expected: readonly (string | null)[]): Publish {
  const different = new Set(expected.filter((text) => text !== null));
  const areLabels =
    different.size <= MOST_LABELS &&
    different.size * 2 <= expected.length &&
    [...different].every((text) => text.length <= LONGEST_LABEL);
  const masked = new Map<string, string>();
  return (text, excerpt) => {
    if (text === null || (areLabels && different.has(text))) return text;
    if (excerpt === null) return null;
    let found = masked.get(text);
    if (found === undefined) {
      found = maskExcerpt(text.slice(0, 4 * LONGEST), LONGEST);
      masked.set(text, found);
    }
    return found;
  };
}
