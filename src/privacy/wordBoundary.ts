const WORD = /[\p{L}\p{N}\p{M}_]/u;
const UNKNOWN = 0;
const IN_WORD = 1;
const OUTSIDE = 2;
/** What the expression said of a UTF-16 code unit: asking it again costs more than the rest of a scan. */
const known = new Uint8Array(65_536);

/** Whether the character at this offset belongs to a word. False beyond either end of the text. */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128)
    return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123) || code === 95;
  // Beyond the text there is no code unit: NaN.
  if (code !== code) return false;
  if (known[code] === UNKNOWN) known[code] = WORD.test(text.charAt(index)) ? IN_WORD : OUTSIDE;
  return known[code] === IN_WORD;
}

/** Whether nothing of a word touches the span from outside. */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !isWordAt(text, start - 1) && !isWordAt(text, end);
}
