import type {Graphone, StoredJointNgram} from "../../weights/models/jointNgram/stored.js";

/** A text's letters and its answer's symbols. */
export interface Spelled {
  letters: readonly string[];
  symbols: readonly string[];
}

export type Aligned = Pick<StoredJointNgram, "graphones" | "sequences"> & {
  /** How many texts have more than two symbols a letter. */
  leftOut: number;
};

const ROUNDS = 8;
/** Cost of what was never seen, in nats. */
const UNSEEN = 14;

/** Of a letter with one symbol or two, by their numbers; 0 is none. */
type Cost = (letter: number, first: number, second: number) => number;

interface Numbered {
  letters: number[];
  symbols: number[];
  /** How many symbols each letter takes. */
  taken: Uint8Array;
}

/**
 * Symbols laid to letters, none, one or two to each, by hard expectation–maximisation: the likeliest alignment of every text,
 * from the counts of those before. Texts with more than two symbols a letter are left out. Graphones are numbered from 1 in
 * the order of their letters and then of their symbols.
 */
export async function alignLetters(
  texts: readonly Spelled[],
  betweenRounds?: () => Promise<void>
): Promise<Aligned> {
  const letterNumbers = new Numbering(0);
  const symbolNumbers = new Numbering(1);
  const numbered: Numbered[] = texts
    .filter(({letters, symbols}) => symbols.length <= 2 * letters.length)
    .map(({letters, symbols}) => ({
      letters: letters.map((letter) => letterNumbers.of(letter)),
      symbols: symbols.map((symbol) => symbolNumbers.of(symbol)),
      taken: new Uint8Array(letters.length)
    }));
  const base = symbolNumbers.names.length;
  const keyOf = (letter: number, first: number, second: number) => (letter * base + first) * base + second;

  const align = aligner(numbered);
  let cost: Cost = (_, first, second) => (second > 0 ? 3 : first > 0 ? 1 : 2);
  for (let round = 0; round < ROUNDS; round++) {
    for (const text of numbered) align(text, cost);
    cost = costsOf(numbered, keyOf);
    await betweenRounds?.();
  }

  const found = new Map<number, Graphone>();
  const sequences: number[] = [];
  for (const text of numbered) {
    eachLaid(text, (...laid) => {
      const key = keyOf(...laid);
      sequences.push(key);
      if (found.has(key)) return;
      const [letter, ...both] = laid;
      const symbols = both.filter((symbol) => symbol > 0).map((symbol) => symbolNumbers.names[symbol]!);
      found.set(key, [letterNumbers.names[letter]!, symbols.join(" ")]);
    });
    sequences.push(END);
  }
  const sorted = [...found].sort(([, a], [, b]) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1]));
  const numbers = new Map(sorted.map(([key], i) => [key, i + 1]));
  return {
    graphones: sorted.map(([, graphone]) => graphone),
    sequences: Uint32Array.from(sequences, (key) => numbers.get(key) ?? 0),
    leftOut: texts.length - numbered.length
  };
}

/** No graphone's key. */
const END = -1;

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers names from `first` on, in the order in which they come. */
class Numbering {
  readonly names: string[];
  private readonly known = new Map<string, number>();

  constructor(first: number) {
    this.names = Array<string>(first).fill("");
  }

  of(name: string): number {
    let number = this.known.get(name);
    if (number === undefined) this.known.set(name, (number = this.names.push(name) - 1));
    return number;
  }
}

/** Writes the likeliest alignment of a text into it, by dynamic programming; of equal ones the first. */
function aligner(texts: readonly Numbered[]): (text: Numbered, cost: Cost) => void {
  const cells = texts.map(({letters, symbols}) => (letters.length + 1) * (symbols.length + 1));
  const most = cells.reduce((a, b) => Math.max(a, b), 0);
  const best = new Float64Array(most);
  const steps = new Uint8Array(most);
  return ({letters, symbols, taken}, cost) => {
    const columns = symbols.length + 1;
    best.fill(Infinity, 0, (letters.length + 1) * columns);
    best[0] = 0;
    for (let i = 0; i < letters.length; i++)
      for (let j = 0; j < columns; j++) {
        const before = best[i * columns + j]!;
        if (before === Infinity) continue;
        for (let k = 0; k <= 2 && j + k < columns; k++) {
          const to = (i + 1) * columns + j + k;
          const sum = before + cost(letters[i]!, k > 0 ? symbols[j]! : 0, k === 2 ? symbols[j + 1]! : 0);
          if (sum < best[to]!) {
            best[to] = sum;
            steps[to] = k;
          }
        }
      }
    for (let i = letters.length, j = symbols.length; i > 0; i--) j -= taken[i - 1] = steps[i * columns + j]!;
  };
}

/** Every letter of an aligned text with the numbers of its symbols. */
function eachLaid({letters, symbols, taken}: Numbered, visit: (...laid: Parameters<Cost>) => void): void {
  for (let i = 0, j = 0; i < letters.length; j += taken[i++]!)
    visit(letters[i]!, taken[i]! > 0 ? symbols[j]! : 0, taken[i] === 2 ? symbols[j + 1]! : 0);
}

/** Minus the logarithm of the share of a letter's occurrences that were laid to these symbols. */
function costsOf(texts: readonly Numbered[], keyOf: Cost): Cost {
  const counts = new Map<number, number>();
  const totals = new Map<number, number>();
  for (const text of texts)
    eachLaid(text, (letter, first, second) => {
      const key = keyOf(letter, first, second);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      totals.set(letter, (totals.get(letter) ?? 0) + 1);
    });
  return (letter, first, second) => {
    const count = counts.get(keyOf(letter, first, second));
    return count === undefined ? UNSEEN : Math.log(totals.get(letter)! / count);
  };
}
