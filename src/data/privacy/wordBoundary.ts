const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Of scripts without spaces between words, or, as in Korean, none before an ending. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const UNKNOWN = 0;
const IN_WORD = 1;
const IN_UNSPACED = 2;
const OUTSIDE = 3;
/** What the expressions said of a UTF-16 code unit: asking them again costs more than the rest of a scan. */
const known = new Uint8Array(65_536);

/** Whether the character at this offset belongs to a word. False beyond either end of the text. */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128)
    return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123) || code === 95;
  // Beyond the text there is no code unit: NaN.
  if (code !== code) return false;
  return kindOf(text, index, code) !== OUTSIDE;
}

/** Whether a Chinese, Japanese, Korean or other letter stands here that no space need part from ASCII beside it. */
export function isUnspacedAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code > 127 && kindOf(text, index, code) === IN_UNSPACED;
}

/** Whether a word goes on before this offset: `x1`, but not `は1`. */
export function isWordBefore(text: string, start: number): boolean {
  return isWordAt(text, start - 1) && !(text.charCodeAt(start) < 128 && isUnspacedAt(text, start - 1));
}

/** Whether a word goes on at this offset: `1x`, but not `1は`. */
export function isWordAfter(text: string, end: number): boolean {
  return isWordAt(text, end) && !(text.charCodeAt(end - 1) < 128 && isUnspacedAt(text, end));
}

/** Whether nothing of a word touches the span from outside. */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !isWordBefore(text, start) && !isWordAfter(text, end);
}

function kindOf(text: string, index: number, code: number): number {
  if (known[code] === UNKNOWN) {
    const character = text.charAt(index);
    known[code] = !WORD.test(character) ? OUTSIDE : UNSPACED.test(character) ? IN_UNSPACED : IN_WORD;
  }
  return known[code]!;
}
