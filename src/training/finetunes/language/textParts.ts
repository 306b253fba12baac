type Encode = (text: string) => number[];

/**
 * The tokens of a text that is cut into parts, by part: those of the whole text where the cuts fall between tokens. A part
 * whose first token would reach back over the cut is encoded as what follows, as a model writes after its prompt.
 */
export function tokensOfParts(encode: Encode, parts: readonly string[]): number[][] {
  const apart = parts.map((part) => (part === "" ? [] : encode(part)));
  if (isStart(apart.flat(), encode(parts.join("")), true)) return apart;
  let before = "";
  let head: number[] = [];
  return parts.map((part) => {
    if (part === "") return [];
    const through = encode(before + part);
    const own = isStart(head, through) ? through.slice(head.length) : following(encode, part);
    before += part;
    head = through;
    return own;
  });
}

/** Texts that few tokens reach over. */
const BEFORE = ["\n", "a", "0", "."];

/** The tokens of a text that follows another: SentencePiece puts a space before a text, but not before such a one. */
export function following(encode: Encode, text: string): number[] {
  for (const before of BEFORE) {
    const head = encode(before);
    const through = encode(before + text);
    if (isStart(head, through)) return through.slice(head.length);
  }
  return encode(text);
}

function isStart(head: readonly number[], ids: readonly number[], whole = false): boolean {
  return (
    (whole ? head.length === ids.length : head.length <= ids.length) && head.every((id, i) => id === ids[i])
  );
}
