import type {Database} from "../../../base/store/index.js";
import {bytesOf, linesOf} from "./lines.js";
import type {BrokenLine} from "./types.js";

/** Parquet has a byte for a value's depth, of which a list takes two; and thousands of levels take DuckDB's whole stack. */
export const DEEPEST = 100;

/** So many broken lines are counted in a file: one that is no JSON at all must not fill the memory. */
export const MOST_BROKEN = 100_000;

const [EMPTY_KEY, NUL_KEY] = ["an empty key", "a key with a NUL character"];

/** Why no column can be called so; undefined when one can. */
export function unusableKey(key: string): string | undefined {
  if (key === "") return EMPTY_KEY;
  return key.includes("\0") ? NUL_KEY : undefined;
}

/** What DuckDB's JSON reader would take without a word, or die of. */
export interface LaxJson {
  /** Up to MOST_BROKEN of each file. */
  broken: BrokenLine[];
  /** There are numbers that a double may not hold exactly. */
  largeNumbers: boolean;
  /** Bytes of the longest line, or of the longest element of a list that is the whole file. */
  longest: number;
}

/**
 * Looks through JSON, or JSON lines, for what the JSON reader lets pass though JSON has it not: trailing commas, NaN and
 * Infinity, comments, keys that are empty or have a NUL, bytes that are not UTF-8; and for values nested deeper than it can stand. Everything else it refuses
 * itself. One pass over the bytes, without memory to speak of.
 */
export async function laxJson(db: Database, files: readonly string[], byLine: boolean): Promise<LaxJson> {
  const found: LaxJson = {broken: [], largeNumbers: false, longest: 0};
  for (const file of files) {
    const {broken, largeNumbers, longest} = await laxFile(db, file, byLine);
    found.broken = found.broken.concat(broken);
    found.largeNumbers ||= largeNumbers;
    found.longest = Math.max(found.longest, longest);
  }
  return found;
}

async function laxFile(db: Database, file: string, byLine: boolean): Promise<LaxJson> {
  const scanner = new Scanner(file, byLine);
  if (/\.zst$/i.test(file))
    for await (const line of linesOf(db, file)) scanner.scan(Buffer.from(`${line}\n`));
  else for await (const chunk of bytesOf(file)) scanner.scan(chunk as Buffer);
  scanner.scan(Buffer.from("\n"));
  return {broken: scanner.broken, largeNumbers: scanner.largeNumbers, longest: scanner.longest};
}

const WORDS = new Set(["true", "false", "null"]);
const [QUOTE, BACKSLASH, NEWLINE, COMMA, SLASH, DOT, COLON, ZERO, U] = [34, 92, 10, 44, 47, 46, 58, 48, 117];

class Scanner {
  readonly broken: BrokenLine[] = [];
  largeNumbers = false;
  longest = 0;
  private line = 1;
  /** Of the present line or element, up to here. */
  private length = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;
  /** The text that is open or has just ended has no character. */
  private isEmpty = false;
  /** It has the escape of a NUL. */
  private hasNul = false;
  /** Zeros since a `\\u`; none is open at -1. */
  private zeros = -1;
  private afterComma = false;
  private digits = 0;
  private inNumber = false;
  private word = "";
  /** Continuation bytes that the present character still lacks. */
  private lacks = 0;
  private told = 0;

  constructor(
    private readonly file: string,
    private readonly byLine: boolean
  ) {}

  scan(bytes: Buffer): void {
    for (let i = 0; i < bytes.length && this.broken.length < MOST_BROKEN; i++) {
      const byte = bytes[i]!;
      if (++this.length > this.longest) this.longest = this.length;
      if (byte >= 0x80 || this.lacks > 0) this.character(byte);
      if (this.inText) this.inside(byte);
      else this.outside(byte);
      if (byte === NEWLINE) this.nextLine();
    }
  }

  private inside(byte: number): void {
    if (this.zeros >= 0) this.countZero(byte);
    if (this.escaped) {
      this.escaped = false;
      if (byte === U) this.zeros = 0;
    } else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
    if (this.inText) this.isEmpty = false;
  }

  private countZero(byte: number): void {
    this.zeros = byte === ZERO ? this.zeros + 1 : -1;
    if (this.zeros < 4) return;
    this.hasNul = true;
    this.zeros = -1;
  }

  private outside(byte: number): void {
    const isDigit = byte >= 48 && byte <= 57;
    const isLetter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
    if (isDigit) {
      this.inNumber = true;
      if (++this.digits > 15) this.largeNumbers = true;
      this.afterComma = false;
      return;
    }
    if (isLetter) {
      if (this.inNumber && (byte === 101 || byte === 69)) {
        // Three digits of an exponent may lead beyond all doubles.
        this.digits = 13;
        return;
      }
      if (this.word.length < 12) this.word += String.fromCharCode(byte);
      this.afterComma = false;
      return;
    }
    if (this.word !== "") this.endWord();
    if (byte === DOT && this.inNumber) {
      this.digits = 0;
      return;
    }
    if (byte !== 43 && byte !== 45) {
      this.inNumber = false;
      this.digits = 0;
    }
    if (byte === 32 || byte === 9 || byte === 13 || byte === NEWLINE) return;
    if (byte === COLON && this.isEmpty) this.tell(EMPTY_KEY);
    if (byte === COLON && this.hasNul) this.tell(NUL_KEY);
    this.isEmpty = byte === QUOTE;
    this.hasNul = false;
    if (byte === SLASH) this.tell("a comment, which JSON has not");
    if (byte === 91 || byte === 123) {
      if (++this.depth > DEEPEST) this.tell(`nested deeper than ${DEEPEST} levels`);
    } else if (byte === 93 || byte === 125) {
      this.depth--;
      if (this.afterComma) this.tell("a comma before the end of a list or object");
    } else if (byte === COMMA && this.depth === 1 && !this.byLine) this.length = 0;
    else if (byte === QUOTE) this.inText = true;
    this.afterComma = byte === COMMA;
  }

  private endWord(): void {
    if (!WORDS.has(this.word))
      this.tell("a word outside quotes that is not true, false or null (JSON has no NaN or Infinity)");
    this.word = "";
  }

  private character(byte: number): void {
    const continues = (byte & 0xc0) === 0x80;
    if (this.lacks > 0) {
      if (continues) this.lacks--;
      else {
        this.lacks = 0;
        this.tell("text that is not UTF-8");
      }
      return;
    }
    if (byte >= 0xc2 && byte <= 0xdf) this.lacks = 1;
    else if (byte >= 0xe0 && byte <= 0xef) this.lacks = 2;
    else if (byte >= 0xf0 && byte <= 0xf4) this.lacks = 3;
    else this.tell("text that is not UTF-8");
  }

  private nextLine(): void {
    this.line++;
    if (!this.byLine) return;
    this.length = 0;
    this.depth = 0;
    this.inText = false;
    this.escaped = false;
    this.isEmpty = false;
    this.hasNul = false;
    this.zeros = -1;
    this.afterComma = false;
  }

  private tell(reason: string): void {
    if (this.told === this.line) return;
    this.told = this.line;
    this.broken.push({file: this.file, line: this.line, reason});
  }
}
