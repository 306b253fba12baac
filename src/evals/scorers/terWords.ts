import {splitWords} from "./splitWords.js";
import {splitWestern, unescapeXml} from "./tokenizeBleu.js";

export interface TerWordOptions {
  /** Default false: letter case does not matter. */
  caseSensitive?: boolean;
  /** Split punctuation off words, undo XML escapes and join lines before comparing. Default false. */
  normalized?: boolean;
  /** Drop . , ? : ; ! " ( ) before comparing. Default false. */
  noPunctuation?: boolean;
  /** With `normalized`: split Chinese and Japanese characters; with `noPunctuation`: drop their punctuation. Default false. */
  asianSupport?: boolean;
}

const ideographs = /[\u2E80-\u2EFF\u31C0-\u31EF\u3200-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\uFE30-\uFE4F]/g;
const asianPunctuation =
  /[\u3001\u3002\u3008-\u3011\u3014-\u301F\u30FB\uFF01\uFF02\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF61-\uFF65]/g;

/** Words of a text as Tercom's normaliser gives them. */
export function terWords(text: string, options: TerWordOptions = {}): string[] {
  const {caseSensitive = false, normalized = false, noPunctuation = false, asianSupport = false} = options;
  let words = caseSensitive ? text : text.toLowerCase();
  if (normalized) {
    const joined = unescapeXml(words.replaceAll("\n-", "").replaceAll("\n", " "));
    words = splitWestern(` ${joined} `, (split) => split.replaceAll("'s ", " 's "));
    if (asianSupport) words = words.replace(ideographs, " $& ").replace(asianPunctuation, " $& ");
  }
  if (noPunctuation) {
    words = words.replace(/[.,?:;!"()]/g, "");
    if (asianSupport) words = words.replace(asianPunctuation, "");
  }
  return splitWords(words);
}
