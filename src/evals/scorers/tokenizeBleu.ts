import {splitWords} from "./splitWords.js";

export type BleuTokenizer = "13a" | "intl" | "char" | "zh" | "none";

/**
 * Words of a segment as the named sacreBLEU tokenizer gives them: "13a" (mteval-v13a, the default for published
 * scores), "intl" (mteval-v14, Unicode punctuation and symbols), "zh" (every Chinese character, the rest as 13a), "char"
 * (every character) and "none" (white space).
 */
export function tokenizeBleu(text: string, tokenizer: BleuTokenizer): string[] {
  // Without what stands before the blanks every one of them would be tried.
  return splitWords(tokenizers[tokenizer](text.replace(/(?<![^\S\uFEFF])[^\S\uFEFF]+$/, "")));
}

const tokenizers: Record<BleuTokenizer, (text: string) => string> = {
  none: (text) => text,
  char: (text) => [...text].join(" "),
  "13a": (text) => {
    const joined = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
    return splitWestern(` ${unescapeXml(joined)} `);
  },
  zh: (text) => splitWestern(text.trim().replace(chinese, " $& ")),
  intl: (text) =>
    text
      .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
      .replace(/(\p{P})(\P{N})/gu, " $1 $2")
      .replace(/(\p{S})/gu, " $1 ")
};

/** As sacreBLEU has it, U+2001 to U+2A6D (dashes, quotes, arrows) stands in for the ideographs above U+FFFF. */
const chinese =
  /[\u2001-\u2A6D\u2E80-\u2EFF\u2F00-\u2FDF\u2FF0-\u303F\u3100-\u312F\u31A0-\u31BF\u31C0-\u31EF\u3200-\u4DB5\u4E00-\u9FBB\uF900-\uFA2D\uFA30-\uFA6A\uFA70-\uFAD9\uFE10-\uFE1F\uFE30-\uFE4F\uFF00-\uFFEF]/g;

export function unescapeXml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

/** Punctuation of Western text as mteval splits it off: a point or comma between digits stays. */
export function splitWestern(text: string, between: (text: string) => string = (same) => same): string {
  return between(text.replace(/([{-~[-` -&(-+:-@/])/g, " $1 "))
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
}
