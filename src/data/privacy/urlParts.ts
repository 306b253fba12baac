/** A value in a web address with its percent signs undone. */
export interface UrlPart {
  name: string;
  text: string;
  /** Where each UTF-16 code unit of `text` starts in the whole text, and where the last one ends. */
  offsets: readonly number[];
}

/** Nothing that is looked for is shorter. */
const SHORTEST = 5;
const PIECE = /(?:%[0-9A-Fa-f]{2})+|[^%]+|%/g;

/**
 * The named values in the query and the fragment of a web address: that of `token` in `?token=…`, `#token=…` and
 * `#/page?token=…`. A plus may be a blank or itself: such a value is there twice.
 * @param end of the address, which begins at `start`
 */
export function urlParts(text: string, start: number, end: number): UrlPart[] {
  const address = text.slice(start, end);
  const query = address.search(/[?#]/);
  if (query < 0) return [];
  const parts: UrlPart[] = [];
  for (const {0: pair, index} of address.slice(query + 1).matchAll(/[^?&#;]+/g)) {
    const sign = pair.indexOf("=");
    if (sign < 1 || pair.length - sign - 1 < SHORTEST) continue;
    const {text: name} = decoded(pair.slice(0, sign), 0);
    const written = pair.slice(sign + 1);
    const at = start + query + 1 + index + sign + 1;
    parts.push({name, ...decoded(written, at)});
    const spaced = written.replace(/(?!^)\+/g, " ");
    if (spaced !== written) parts.push({name, ...decoded(spaced, at)});
  }
  return parts;
}

/** Percent signs undone. */
function decoded(written: string, start: number): {text: string; offsets: number[]} {
  let text = "";
  const offsets: number[] = [];
  let at = start;
  for (const [piece] of written.matchAll(PIECE))
    for (const [character, length] of charactersOf(piece)) {
      text += character;
      for (let unit = 0; unit < character.length; unit++) offsets.push(at);
      at += length;
    }
  return {text, offsets: [...offsets, at]};
}

/** Each with the length that it is written in; bytes that are no UTF-8 are replacement characters. */
function charactersOf(piece: string): [character: string, length: number][] {
  if (!/^%./.test(piece)) return Array.from(piece, (character) => [character, character.length]);
  try {
    return Array.from(decodeURIComponent(piece), (character) => [
      character,
      3 * Buffer.byteLength(character)
    ]);
  } catch {
    return Array.from(piece.matchAll(/%(..)/g), ([, byte]) => {
      const code = parseInt(byte!, 16);
      return [code < 128 ? String.fromCharCode(code) : "\ufffd", 3];
    });
  }
}
