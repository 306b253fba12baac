/** Runs of letters, digits and underscores. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
}

/**
 * Words of an English text in the manner of the Penn Treebank: punctuation stands alone, contractions are split
 * (do|n't, I|'m), hyphenated words and abbreviations stay whole.
 */
export function treebankWords(text: string): string[] {
  return text
    .replace(/[«»“”‘„"`?!;@#$%&*()[\]{}<>]|\.{2,}|--/g, " $& ")
    .replace(/([:,])(?!\d)/g, " $1 ")
    .replace(/\.(?=["')\]}>”’ ]*(?:\n|$))/g, " . ")
    .replace(/([^' ])('s|'m|'d|'ll|'re|'ve|n't|')(?=\s)/gi, "$1 $2 ")
    .replace(/\b(can)(not)\b/gi, "$1 $2")
    .replace(/\b(gim|lem)(me)\b/gi, "$1 $2")
    .replace(/\b(gon|wan)(na)\b/gi, "$1 $2")
    .replace(/\b(got)(ta)\b/gi, "$1 $2")
    .split(/\s+/)
    .filter((word) => word !== "");
}
