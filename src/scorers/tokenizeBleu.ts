import {splitWords} from "./splitWords.js";

export type BleuTokenizer = "13a" | "intl" | "char" | "none";

/**
 * Words of a segment as the named sacreBLEU tokenizer gives them: "13a" (mteval-v13a, the default for published
 * scores), "intl" (mteval-v14, Unicode punctuation and symbols), "char" (every character) and "none" (white space).
 */
export function tokenizeBleu(text: string, tokenizer: BleuTokenizer): string[] {
  return splitWords(tokenizers[tokenizer](text.replace(/[^\S\uFEFF]+$/, "")));
}

const tokenizers: Record<BleuTokenizer, (text: string) => string> = {
  none: (text) => text,
  char: (text) => [...text].join(" "),
  "13a": (text) => {
    const joined = text
      .replaceAll("<skipped>", "")
      .replaceAll("-\n", "")
      .replaceAll("\n", " ")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">");
    return ` ${joined} `
      .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
      .replace(/([^0-9])([.,])/g, "$1 $2 ")
      .replace(/([.,])([^0-9])/g, " $1 $2")
      .replace(/([0-9])(-)/g, "$1 $2 ");
  },
  intl: (text) =>
    text
      .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
      .replace(/(\p{P})(\P{N})/gu, " $1 $2")
      .replace(/(\p{S})/gu, " $1 ")
};
