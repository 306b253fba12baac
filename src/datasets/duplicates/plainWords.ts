export interface PlainWordsOptions {
  /**
   * Every number becomes 0, so that texts differing in figures alone are alike. Off by default: it makes rows of
   * mathematics and finance collide.
   */
  foldNumbers?: boolean;
}

const ASCII = /^[\x00-\x7f]*$/;
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/**
 * The words of a text as comparisons see them, one blank between two: lower case, without diacritics, punctuation and
 * symbols. Scripts written without blanks give one word a character. A text of nothing but punctuation is itself,
 * trimmed.
 */
export function plainWords(text: string, {foldNumbers = false}: PlainWordsOptions = {}): string {
  let plain = text.toLowerCase();
  if (foldNumbers) plain = plain.replace(/\p{Nd}+(?:[.,]\p{Nd}+)*/gu, "0");
  plain = ASCII.test(plain)
    ? plain.replace(/[!-/:-@[-`{-~]+/g, "")
    : plain
        .normalize("NFD")
        .replace(/\p{M}+|\p{P}+|\p{S}+/gu, "")
        .replace(SPACELESS, " $& ");
  return plain.replace(/[\s\x00-\x1f]+/g, " ").trim() || text.trim().replace(/\s+/g, " ");
}
