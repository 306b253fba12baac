export interface PlainWordsOptions {
  /**
   * Every number becomes 0, so that texts differing in figures alone are alike. Off by default: it makes rows of
   * mathematics and finance collide.
   */
  foldNumbers?: boolean;
}

const ASCII = /^[\x00-\x7f]*$/;
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;
/** White space and control characters, the next-line sign among them. */
const BLANKS = /[\s\x00-\x1f\x7f-\x9f]+/g;
/**
 * Accents of Latin, Greek and Cyrillic letters, and the vowel points of Hebrew and Arabic, which writers leave out. Marks of
 * other scripts make other words: the vowel signs of Devanagari and Thai, the voicing marks of kana.
 */
const ACCENTS =
  /(?:[\u0300-\u036f]|[\u0483-\u0487]|[\u0591-\u05c7]|[\u064b-\u065f]|\u0670|[\u1ab0-\u1aff]|[\u1dc0-\u1dff])+/g;

/**
 * The one fold by which texts are compared: same text, near-duplicates, shared runs of words and contamination. The
 * words of a text, one blank between two. What does not count: letter case ("ß" is "ss"), Unicode's compatibility and normal
 * forms (NFKD), accents, punctuation and symbols, invisible characters, and which white space stands between words.
 * Scripts written without blanks give one word a character. A text of nothing but punctuation is itself, in that
 * fold. Folding a folded text changes nothing.
 */
export function plainWords(text: string, {foldNumbers = false}: PlainWordsOptions = {}): string {
  const ascii = ASCII.test(text);
  let plain = ascii ? text.toLowerCase() : foldedCase(text);
  if (foldNumbers) plain = plain.replace(/\p{Nd}+(?:[.,]\p{Nd}+)*/gu, "0");
  const words = ascii
    ? plain.replace(/[!-/:-@[-`{-~]+/g, "")
    : plain.replace(/\p{P}+|\p{S}+/gu, "").replace(SPACELESS, " $& ");
  return squeezed(words) || squeezed(plain);
}

/** Case and compatibility depend on each other ("ﬁ", "İ", "ϓ"), so one is asked again after the other. */
function foldedCase(text: string): string {
  return text
    .normalize("NFKD")
    .replace(INVISIBLE, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKD")
    .replace(ACCENTS, "")
    .replaceAll("ς", "σ");
}

function squeezed(text: string): string {
  return text.replace(BLANKS, " ").trim();
}
