const [QUOTE, CR, LF, SPACE] = [34, 13, 10, 32];

/** No quoted value is looked for beyond this many bytes. */
const LONGEST = 16 << 20;

/** A record of CSV, or the lines of a broken one. */
export interface CsvRecord {
  /** Counted from 1. */
  line: number;
  /** How many lines it has. */
  lines: number;
  /** Without its line end. */
  content: Buffer;
  /** How its last line ends; empty at the end of the file. */
  end: "\n" | "\r\n" | "\r" | "";
  /** What is wrong with it. */
  reason?: string;
}

interface ReadRecord {
  /** Where its content ends, and where the next record begins. */
  end: number;
  next: number;
  values: number;
  /** A quote is not closed, or text stands behind it. */
  fault?: "open" | "text behind";
  /** There is a quote within a value that does not begin with one. */
  stray: boolean;
}

/**
 * The records of CSV in order. Of a broken record of several lines only the first is given as broken, and what follows is
 * read anew, when most of the following lines are records by themselves: a quote that was never closed takes no row with it.
 * @param values How many a sound record has; without it only quotes are looked at
 */
export async function* csvRecords(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  values?: number
): AsyncGenerator<CsvRecord> {
  const separator = Buffer.from(delimiter);
  const source = chunks[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);
  let from = 0;
  let line = 1;
  let isHeader = true;
  let whole = false;
  for (;;) {
    while (from < bytes.length) {
      const read = readRecord(bytes, from, separator, whole || bytes.length - from > LONGEST);
      if (!read) break;
      const reason = isHeader ? undefined : reasonOf(read, read.end > from, values);
      let {end, next} = read;
      if (reason !== undefined && values !== undefined && restStands(bytes, from, read, separator, values)) {
        next = bytes.indexOf(LF, from) + 1;
        end = bytes[next - 2] === CR ? next - 2 : next - 1;
      }
      const content = bytes.subarray(from, end);
      const breaks = newlines(content);
      const ending = bytes.toString("latin1", end, next) as CsvRecord["end"];
      yield {line, lines: breaks + 1, content, end: ending, reason};
      line += breaks + (ending === "" ? 0 : 1);
      from = next;
      isHeader = false;
    }
    if (whole) return;
    const more = await grown(source, bytes.subarray(from));
    ({bytes, whole} = more);
    from = 0;
  }
}

/** At least twice as many bytes, so that a long record is not begun again at every chunk. */
async function grown(source: AsyncIterator<Buffer>, rest: Buffer): Promise<{bytes: Buffer; whole: boolean}> {
  const parts = [rest];
  for (let added = 0; added <= rest.length;) {
    const {value, done} = await source.next();
    if (done) return {bytes: Buffer.concat(parts), whole: true};
    parts.push(value);
    added += value.length;
  }
  return {bytes: Buffer.concat(parts), whole: false};
}

function reasonOf({values: found, fault}: ReadRecord, filled: boolean, values?: number): string | undefined {
  if (fault) return "a quote is not closed, or text stands behind it";
  if (values === undefined || found === values || !filled) return undefined;
  return `${found} values where the header has ${values}`;
}

/** Undefined when the bytes end before the record does, and more are to come. */
function readRecord(bytes: Buffer, from: number, separator: Buffer, whole: boolean): ReadRecord | undefined {
  let values = 1;
  let stray = false;
  let at = from;
  const separates = (i: number) =>
    bytes[i] === separator[0] &&
    (separator.length === 1 || bytes.subarray(i, i + separator.length).equals(separator));
  const ends = (i: number) => i >= bytes.length || bytes[i] === CR || bytes[i] === LF;
  const pastSpaces = (i: number) => {
    while (bytes[i] === SPACE && separator[0] !== SPACE) i++;
    return i;
  };
  for (;;) {
    const first = pastSpaces(at);
    if (bytes[first] === QUOTE) {
      const closed = closingQuote(bytes, first + 1);
      if (closed < 0 || (closed + 1 === bytes.length && !whole))
        return whole ? {...lastLine(bytes, bytes.length), values, fault: "open", stray} : undefined;
      at = pastSpaces(closed + 1);
      if (!separates(at) && !ends(at)) {
        const last = lineEnd(bytes, at);
        return last.next >= bytes.length && !whole
          ? undefined
          : {...last, values, fault: "text behind", stray};
      }
    } else for (; !separates(at) && !ends(at); at++) if (bytes[at] === QUOTE) stray = true;
    if (at >= bytes.length - 1 && !whole) return undefined;
    if (ends(at)) return {...lineEnd(bytes, at), values, stray};
    values++;
    at += separator.length;
  }
}

/** Where a quote is that is not doubled; -1 when there is none. */
function closingQuote(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(QUOTE, from);
  while (at >= 0 && bytes[at + 1] === QUOTE) at = bytes.indexOf(QUOTE, at + 2);
  return at;
}

function lineEnd(bytes: Buffer, from: number): {end: number; next: number} {
  let end = from;
  while (end < bytes.length && bytes[end] !== CR && bytes[end] !== LF) end++;
  if (bytes[end] === CR && bytes[end + 1] === LF) return {end, next: end + 2};
  return {end, next: Math.min(end + 1, bytes.length)};
}

function lastLine(bytes: Buffer, length: number): {end: number; next: number} {
  if (bytes[length - 1] !== LF) return {end: length, next: length};
  return {end: bytes[length - 2] === CR ? length - 2 : length - 1, next: length};
}

/** Whether most lines behind a broken record's first are records, the last of them perhaps the beginning of one. */
function restStands(
  bytes: Buffer,
  from: number,
  read: ReadRecord,
  separator: Buffer,
  values: number
): boolean {
  let at = bytes.indexOf(LF, from) + 1;
  if (at === 0 || at > read.end) return false;
  let stand = 0;
  let all = 0;
  while (at < read.next) {
    const until = bytes.indexOf(LF, at);
    const next = until < 0 || until >= read.next ? read.next : until + 1;
    const one = readRecord(bytes.subarray(at, next), 0, separator, true)!;
    if (one.end > 0) {
      all++;
      const begins = one.fault === "open" && next === read.next;
      const fits = begins || (!one.fault && one.values === values);
      if (fits && !one.stray) stand++;
    }
    at = next;
  }
  return stand * 2 > all;
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
