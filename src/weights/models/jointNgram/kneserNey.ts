import {BOUNDARY, type ContextLevel, contextLevels} from "./contextLevels.js";

/** A level whose counts have become shares. */
type LevelShares = Omit<ContextLevel, "counts"> & {
  /** Of each follower of a context, its discounted count by their sum. */
  own: Float64Array;
  /** What the discounts leave of each context: the weight of the next shorter one. */
  left: Float64Array;
};

/**
 * An n-gram model of sequences of whole numbers with interpolated modified Kneser–Ney smoothing: Chen and Goodman, Computer
 * Speech & Language 13 (1999). Below the unigrams stands the uniform distribution.
 */
export class KneserNey {
  private readonly levels: LevelShares[];

  /**
   * @param sequences numbers from 1 on, a `BOUNDARY` after each sequence
   * @param size how many numbers can follow a context, with the `BOUNDARY`: all below it
   */
  constructor(
    sequences: Uint32Array,
    order: number,
    private readonly size: number
  ) {
    this.levels = contextLevels(sequences, order).map(sharesOf);
  }

  /**
   * The known contexts behind numbers, from the empty one to the longest. `recent` has the numbers of the sequence so far,
   * the nearest first, at least order − 1 of them or all.
   */
  contextsAfter(recent: readonly number[]): number[] {
    const contexts = [0];
    for (let length = 1; length < this.levels.length; length++) {
      const {longer} = this.levels[length - 1]!;
      const {farthest} = this.levels[length]!;
      const [begin, end] = [longer[contexts.at(-1)!]!, longer[contexts.at(-1)! + 1]!];
      const number = recent[length - 1] ?? BOUNDARY;
      const found = firstFrom(number, farthest, begin, end);
      if (found === end || farthest[found] !== number) break;
      contexts.push(found);
    }
    return contexts;
  }

  /** The probabilities of the numbers from `first` up to, and without, `end`, each above 0. */
  probabilities(contexts: readonly number[], first: number, end: number): Float64Array {
    const found = new Float64Array(end - first).fill(1 / this.size);
    for (const [length, context] of contexts.entries()) {
      const {begins, followers, own, left} = this.levels[length]!;
      const weight = left[context]!;
      for (let i = 0; i < found.length; i++) found[i]! *= weight;
      const last = begins[context + 1]!;
      for (let at = firstFrom(first, followers, begins[context]!, last); at < last; at++) {
        const number = followers[at]!;
        if (number >= end) break;
        found[number - first]! += own[at]!;
      }
    }
    return found;
  }
}

/** The first place in an ascending stretch whose value is at least the given one; `end` where there is none. */
function firstFrom(value: number, values: Uint32Array, begin: number, end: number): number {
  while (begin < end) {
    const middle = (begin + end) >>> 1;
    if (values[middle]! < value) begin = middle + 1;
    else end = middle;
  }
  return begin;
}

function sharesOf({counts, ...level}: ContextLevel): LevelShares {
  const {begins} = level;
  const off = discounts(counts);
  const own = new Float64Array(counts.length);
  const left = new Float64Array(begins.length - 1);
  for (let context = 0; context < left.length; context++) {
    const [begin, end] = [begins[context]!, begins[context + 1]!];
    let total = 0;
    let taken = 0;
    for (let at = begin; at < end; at++) {
      const count = counts[at]!;
      const discount = off[Math.min(3, count) - 1]!;
      total += count;
      taken += discount;
      own[at] = count - discount;
    }
    for (let at = begin; at < end; at++) own[at]! /= total;
    left[context] = taken / total;
  }
  return {...level, own, left};
}

type Discounts = [ofOne: number, ofTwo: number, ofMore: number];

/** As KenLM's `--discount_fallback`: Heafield et al., ACL 2013. */
const FALLBACK: Discounts = [0.5, 1, 1.5];

/**
 * What is taken off a count of 1, of 2, and of 3 or more: Chen and Goodman's estimates from how many counts are 1, 2, 3 and 4.
 * Fixed ones where these are too few to estimate from, or a discount would not be above 0.
 */
export function discounts(counts: Uint32Array): Discounts {
  const having = [0, 0, 0, 0, 0];
  for (const count of counts) if (count < having.length) having[count]!++;
  const [, one, two, three, four] = having as [number, number, number, number, number];
  const share = one / (one + 2 * two);
  const found: Discounts = [
    1 - (2 * share * two) / one,
    2 - (3 * share * three) / two,
    3 - (4 * share * four) / three
  ];
  return found.every((discount) => discount > 0 && Number.isFinite(discount)) ? found : FALLBACK;
}
