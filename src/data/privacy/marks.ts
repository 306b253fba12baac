/**
 * Where a text has anything worth a closer look, found in one pass: recognisers start from these places and
 * never walk the whole text themselves. Everything is an offset in UTF-16 code units.
 */
export interface TextMarks {
  /** Start and end of every run of ASCII digits, alternating. */
  digits: number[];
  /** Every `@`. */
  ats: number[];
  /** Every `:`. */
  colons: number[];
  /** Every `=` that no other `=` touches. */
  equals: number[];
  /** Every `.` between a letter or digit and a letter: where a host name may be. */
  dots: number[];
  /** Start and end of every run of 16 or more letters, digits and `_-+/=`, alternating. */
  longTokens: number[];
}

const DIGIT = 1;
const LETTER = 2;
const TOKEN_SIGN = 3;
const AT = 4;
const COLON = 5;
const DOT = 6;

const EQUALS = 61;

const CLASS = new Uint8Array(128);
for (let code = 48; code < 58; code++) CLASS[code] = DIGIT;
for (let code = 65; code < 91; code++) CLASS[code] = CLASS[code + 32] = LETTER;
for (const sign of "_-+/=") CLASS[sign.charCodeAt(0)] = TOKEN_SIGN;
CLASS[64] = AT;
CLASS[58] = COLON;
CLASS[46] = DOT;

const LONG = 16;

function classOf(code: number): number {
  // Letters outside ASCII occur in host names and local parts, so they count as letters beside a dot.
  return code < 128 ? CLASS[code]! : LETTER;
}

/** One pass over the text. An empty text has no marks. */
export function findMarks(text: string): TextMarks {
  const marks: TextMarks = {digits: [], ats: [], colons: [], equals: [], dots: [], longTokens: []};
  const length = text.length;
  let previous = 0;
  let digitStart = -1;
  let tokenStart = -1;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? CLASS[code]! : 0;
    if (kind === DIGIT) {
      if (previous !== DIGIT) digitStart = index;
    } else if (previous === DIGIT) {
      marks.digits.push(digitStart, index);
    }
    if (kind !== 0 && kind <= TOKEN_SIGN) {
      if (tokenStart < 0) tokenStart = index;
      if (code === EQUALS && text.charCodeAt(index - 1) !== EQUALS && text.charCodeAt(index + 1) !== EQUALS)
        marks.equals.push(index);
    } else {
      if (tokenStart >= 0) {
        if (index - tokenStart >= LONG) marks.longTokens.push(tokenStart, index);
        tokenStart = -1;
      }
      if (kind === AT) marks.ats.push(index);
      else if (kind === COLON) marks.colons.push(index);
      else if (kind === DOT && index > 0 && index + 1 < length) {
        const before = classOf(text.charCodeAt(index - 1));
        if ((before === LETTER || before === DIGIT) && classOf(text.charCodeAt(index + 1)) === LETTER)
          marks.dots.push(index);
      }
    }
    previous = kind;
  }
  if (previous === DIGIT) marks.digits.push(digitStart, length);
  if (tokenStart >= 0 && length - tokenStart >= LONG) marks.longTokens.push(tokenStart, length);
  return marks;
}
