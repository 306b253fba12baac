/** Runs of letters, digits and underscores, as Python's `\w+` of NLTK's RegexpTokenizer. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
}

/** In this order, each over the whole text; an ending `'` of "the boys' " is parted, a beginning one of "'tis" is not. */
const STARTING_QUOTES: readonly [RegExp, string][] = [
  [/([«“‘„]|`+)/g, " $1 "],
  [/^"/g, "``"],
  [/(``)/g, " $1 "],
  [/([ ([{<])("|'{2})/g, "$1 `` "],
  [/(')(?!re|ve|ll|m|t|s|d|n)([\p{L}\p{N}_])(?![\p{L}\p{N}_])/giu, "$1 $2"]
];
const PUNCTUATION: readonly [RegExp, string][] = [
  // The look-ahead keeps what it took: blanks tried for either part take quadratic time.
  [/([^.])(\.)(?=([\])}>"'»”’ ]*))\3\s*$/g, "$1 $2 $3 "],
  [/([:,])(\P{Nd})/gu, " $1 $2"],
  [/([:,])$/g, " $1 "],
  [/\.{2,}/g, " $& "],
  [/[;@#$%&]/g, " $& "],
  [/([^.])(\.)([\])}>"']*)\s*$/g, "$1 $2$3 "],
  [/[?!]/g, " $& "],
  [/([^'])' /g, "$1 ' "],
  [/[*]/g, " $& "],
  [/[\][(){}<>]/g, " $& "],
  [/--/g, " -- "]
];
const ENDING_QUOTES: readonly [RegExp, string][] = [
  [/([»”’])/g, " $1 "],
  [/''/g, " '' "],
  [/"/g, " '' "],
  [/\s+/g, " "],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /g, "$1 $2 "],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /g, "$1 $2 "]
];
const CONTRACTIONS: readonly [RegExp, string][] = [
  [/\b(can)(not)\b/gi, " $1 $2 "],
  [/\b(d)('ye)\b/gi, " $1 $2 "],
  [/\b(gim)(me)\b/gi, " $1 $2 "],
  [/\b(gon)(na)\b/gi, " $1 $2 "],
  [/\b(got)(ta)\b/gi, " $1 $2 "],
  [/\b(lem)(me)\b/gi, " $1 $2 "],
  [/\b(more)('n)\b/gi, " $1 $2 "],
  [/\b(wan)(na)(?=\s)/gi, " $1 $2 "],
  [/ ('t)(is)\b/gi, " $1 $2 "],
  [/ ('t)(was)\b/gi, " $1 $2 "]
];

/**
 * Words of an English text, rule by rule those of NLTK's NLTKWordTokenizer (3.9): punctuation stands alone, contractions are
 * split (do|n't, I|'m), hyphenated words and abbreviations stay whole, and a typographic apostrophe is a word of its own ("I’ve" is
 * three). A dot is parted at the end of the text only: NLTK finds sentences first, which parts more dots and no other word.
 */
export function treebankWords(text: string): string[] {
  const apply = (from: string, rules: readonly [RegExp, string][]) =>
    rules.reduce((all, [pattern, by]) => all.replace(pattern, by), from);
  const parted = apply(apply(text, STARTING_QUOTES), PUNCTUATION);
  return apply(apply(` ${parted} `, ENDING_QUOTES), CONTRACTIONS)
    .split(/\s+/)
    .filter((word) => word !== "");
}
