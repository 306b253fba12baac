import {isUnspacedAt, isWordAt} from "./wordBoundary.js";

/** No number that is looked for has more letters before its first digits. */
const MOST_LETTERS = 6;
const BLANK = 32;
const HYPHEN = 45;
const NONE: readonly number[] = [];

/** Where numbers may start, by the letters before their first run of digits and by its length: found once for a text. */
export class DigitStarts {
  readonly #starts: Map<number, number[]>[] = [];

  /** @param digits start and end of every run, alternating */
  constructor(text: string, digits: readonly number[]) {
    for (let index = 0; index < digits.length; index += 2) {
      const start = digits[index]!;
      const length = digits[index + 1]! - start;
      const letters = lettersBefore(text, start);
      if (letters <= MOST_LETTERS) this.#add(letters, length, start - letters);
      const before = text.charCodeAt(start - 1);
      if (letters > 0 || (before !== BLANK && before !== HYPHEN)) continue;
      const apart = lettersBefore(text, start - 1);
      if (apart > 0 && apart <= MOST_LETTERS) this.#add(apart, length, start - 1 - apart);
    }
  }

  find(letters: readonly number[], lengths?: readonly number[]): readonly number[] {
    let found = NONE;
    for (const each of letters) {
      const starts = this.#starts[each];
      if (!starts) continue;
      for (const length of lengths ?? starts.keys()) {
        const own = starts.get(length);
        if (own) found = found.length === 0 ? own : [...found, ...own];
      }
    }
    return letters.length > 1 || lengths?.length !== 1 ? found.toSorted((a, b) => a - b) : found;
  }

  #add(letters: number, length: number, start: number): void {
    const lengths = (this.#starts[letters] ??= new Map());
    const known = lengths.get(length);
    if (known) known.push(start);
    else lengths.set(length, [start]);
  }
}

/** Characters of a word that end here; one more than the most when there are more. No number has an unspaced letter. */
function lettersBefore(text: string, end: number): number {
  let letters = 0;
  for (let before = end - 1; letters <= MOST_LETTERS; before--, letters++)
    if (!isWordAt(text, before) || isUnspacedAt(text, before)) break;
  return letters;
}
