import {bytesOf} from "./lines.js";

const [QUOTE, CR, LF, SPACE] = [34, 13, 10, 32];

/** DuckDB takes sixteen times the longest record for its buffer. */
const [LEAST_ROOM, MOST_ROOM] = [2_000_000, 16 << 20];

/** For a person: no record of a CSV may be longer. */
export const LONGEST_RECORD = `${MOST_ROOM >> 20} MB`;

/** What of a CSV decides how it is read. */
export interface CsvSize {
  /** Bytes of the longest record, as far as there is room for it. Not known of a .zst file. */
  longest: number;
  /** There may be an empty text in quotes. */
  hasPair: boolean;
}

/** The setting of read_csv for records of at most `longest` bytes, also when a copy of them has other quotes. */
export function recordRoom(longest: number): string {
  const room = longest + (1 << 16);
  return room < LEAST_ROOM ? "" : `, max_line_size = ${Math.min(room, MOST_ROOM)}`;
}

export async function csvSize(file: string, delimiter: string): Promise<CsvSize> {
  if (/\.zst$/i.test(file)) return {longest: 0, hasPair: true};
  const separator = Buffer.from(delimiter).at(-1)!;
  let longest = 0;
  let length = 0;
  let hasPair = false;
  let isQuoted = false;
  let before = LF;
  for await (const chunk of bytesOf(file)) {
    const bytes = chunk as Buffer;
    hasPair ||= bytes.includes('""') || (before === QUOTE && bytes[0] === QUOTE);
    const next = nextOf(bytes);
    for (let at = 0; at < bytes.length;) {
      const quote = next(QUOTE, at);
      const end = isQuoted ? quote : Math.min(quote, next(CR, at), next(LF, at));
      const until = Math.min(end + 1, bytes.length);
      length += until - at;
      at = until;
      if (end === bytes.length) continue;
      const former = end === 0 ? before : bytes[end - 1]!;
      if (isQuoted) isQuoted = false;
      else if (end === quote) isQuoted = [separator, LF, CR, SPACE, QUOTE].includes(former);
      else {
        longest = Math.max(longest, length);
        length = 0;
      }
    }
    before = bytes.at(-1) ?? before;
  }
  return {longest: Math.max(longest, length), hasPair};
}

/** Where a byte comes next; each place is looked for once. */
function nextOf(bytes: Buffer): (byte: number, from: number) => number {
  const found = new Map<number, number>();
  return (byte, from) => {
    const known = found.get(byte);
    if (known !== undefined && known >= from) return known;
    const at = bytes.indexOf(byte, from);
    found.set(byte, at < 0 ? bytes.length : at);
    return found.get(byte)!;
  };
}
