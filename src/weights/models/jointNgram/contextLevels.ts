/** Ends each sequence, and stands before it as often as a context asks for it. */
export const BOUNDARY = 0;

/**
 * All contexts of one length that a text has, and what follows each. They are sorted by their numbers, the nearest first,
 * so that those which end in the same shorter context lie side by side.
 */
export interface ContextLevel {
  /** The number in each context that stands farthest back. */
  farthest: Uint32Array;
  /** Where the followers of each context begin; one more says where the last ones end. */
  begins: Uint32Array;
  /** In ascending order after each context. */
  followers: Uint32Array;
  /** After the longest contexts how often each follows, after others behind how many contexts that are longer by one. */
  counts: Uint32Array;
  /** Where, in the next level, the contexts begin that end in each of these; one more says where the last ones end. */
  longer: Uint32Array;
}

/**
 * The contexts of 0 to `order` − 1 numbers in sequences of whole numbers from 1 on, a `BOUNDARY` after each, with the counts
 * of Kneser–Ney smoothing. Time and memory grow with the sequences' length times the order.
 */
export function contextLevels(sequences: Uint32Array, order: number): ContextLevel[] {
  const text = padded(sequences, order - 1);
  let counted = longestContexts(text, order - 1);
  const levels = [counted.level];
  for (let length = order - 2; length >= 0; length--) {
    counted = shorterContexts(text, counted, length);
    levels.unshift(counted.level);
  }
  return levels;
}

interface SequenceText {
  /** The sequences, with as many boundaries before each as the longest context has numbers. */
  numbers: Uint32Array;
  /** Where the sequences' own numbers lie. */
  places: Uint32Array;
}

function padded(sequences: Uint32Array, padding: number): SequenceText {
  let ends = 0;
  for (const number of sequences) if (number === BOUNDARY) ends++;
  const numbers = new Uint32Array(sequences.length + (ends + 1) * padding).fill(BOUNDARY);
  const places = new Uint32Array(sequences.length);
  let at = padding;
  for (let i = 0; i < sequences.length; i++) {
    places[i] = at;
    numbers[at] = sequences[i]!;
    at += sequences[i] === BOUNDARY ? 1 + padding : 1;
  }
  return {numbers, places};
}

/** A level that is being counted. */
interface Counted {
  level: ContextLevel;
  /** A place behind each context, and how many of its numbers, the nearest first, the context before it has as well. */
  places: Uint32Array;
  shared: Uint8Array;
}

function longestContexts(text: SequenceText, length: number): Counted {
  const {numbers} = text;
  const sorted = sortedByContext(text, length);
  const counter = new Counter(sorted.length, sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    const place = sorted[i]!;
    let shared = 0;
    if (i > 0)
      while (shared < length && numbers[place - shared - 1] === numbers[sorted[i - 1]! - shared - 1])
        shared++;
    if (i === 0 || shared < length)
      counter.open({place, shared, farthest: numbers[place - length]!, longer: 0});
    counter.add(numbers[place]!);
  }
  return counter.closed(0);
}

/** Contexts of `length` numbers, from those that are longer by one. */
function shorterContexts({numbers}: SequenceText, {level, places, shared}: Counted, length: number): Counted {
  const counter = new Counter(places.length, level.followers.length);
  for (let longer = 0, end = 1; longer < places.length; longer = end++) {
    while (end < places.length && shared[end]! >= length) end++;
    const place = places[longer]!;
    counter.open({place, shared: shared[longer]!, farthest: numbers[place - length]!, longer});
    const followers = level.followers.subarray(level.begins[longer], level.begins[end]);
    for (const follower of end === longer + 1 ? followers : followers.slice().sort()) counter.add(follower);
  }
  return counter.closed(places.length);
}

/** Places sorted by the numbers before them, the nearest first, and then by their own: a radix sort from the last key on. */
function sortedByContext({numbers, places}: SequenceText, length: number): Uint32Array {
  let most = 0;
  for (const number of numbers) if (number > most) most = number;
  let sorted = Uint32Array.from(places);
  let other = new Uint32Array(places.length);
  const sortBy = (back: number) => {
    const begins = new Uint32Array(most + 2);
    for (const place of sorted) begins[numbers[place - back]! + 1]!++;
    for (let i = 1; i < begins.length; i++) begins[i]! += begins[i - 1]!;
    for (const place of sorted) other[begins[numbers[place - back]!]!++] = place;
    [sorted, other] = [other, sorted];
  };
  sortBy(0);
  for (let back = length; back >= 1; back--) sortBy(back);
  return sorted;
}

/** Takes contexts in their order, and the followers of each in theirs. */
class Counter {
  private contexts = 0;
  private pairs = 0;
  private readonly places: Uint32Array;
  private readonly shared: Uint8Array;
  private readonly farthest: Uint32Array;
  private readonly begins: Uint32Array;
  private readonly longer: Uint32Array;
  private readonly followers: Uint32Array;
  private readonly counts: Uint32Array;

  constructor(mostContexts: number, mostPairs: number) {
    this.places = new Uint32Array(mostContexts);
    this.shared = new Uint8Array(mostContexts);
    this.farthest = new Uint32Array(mostContexts);
    this.begins = new Uint32Array(mostContexts + 1);
    this.longer = new Uint32Array(mostContexts + 1);
    this.followers = new Uint32Array(mostPairs);
    this.counts = new Uint32Array(mostPairs);
  }

  open(one: {place: number; shared: number; farthest: number; longer: number}): void {
    const at = this.contexts++;
    this.places[at] = one.place;
    this.shared[at] = one.shared;
    this.farthest[at] = one.farthest;
    this.begins[at] = this.pairs;
    this.longer[at] = one.longer;
  }

  /** A follower of the context that was opened last. */
  add(follower: number): void {
    const known = this.pairs > this.begins[this.contexts - 1]! && this.followers[this.pairs - 1] === follower;
    if (!known) this.followers[this.pairs++] = follower;
    this.counts[this.pairs - 1]!++;
  }

  closed(longerEnd: number): Counted {
    const {contexts, pairs} = this;
    this.begins[contexts] = pairs;
    this.longer[contexts] = longerEnd;
    // Copies, so that what was kept for the most that there could be is let go.
    return {
      places: this.places.slice(0, contexts),
      shared: this.shared.slice(0, contexts),
      level: {
        farthest: this.farthest.slice(0, contexts),
        begins: this.begins.slice(0, contexts + 1),
        longer: this.longer.slice(0, contexts + 1),
        followers: this.followers.slice(0, pairs),
        counts: this.counts.slice(0, pairs)
      }
    };
  }
}
