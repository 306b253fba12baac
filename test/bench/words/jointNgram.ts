import type {Aligned} from "./align.js";

const BEAM = 60;
/** Hypotheses this many nats behind the best are dropped. */
const BEHIND = 12;
const START = 0;
const END = 1;

interface Hypothesis {
  history: number[];
  logProbability: number;
  sounds: string[];
}

/** Counts of what follows a context, their sum, and the share that shorter contexts get. */
interface Followers {
  counts: Map<number, number>;
  total: number;
  shorter: number;
}

/**
 * A joint n-gram model of letters with their phonemes (graphones) with interpolated modified Kneser–Ney smoothing:
 * Bisani and Ney, Speech Communication 50 (2008); Chen and Goodman, Computer Speech & Language 13 (1999).
 */
export class JointNgram {
  private readonly numbers = new Map<string, number>();
  private readonly sounds: string[] = ["", ""];
  private readonly ofLetter = new Map<string, number[]>();
  /** By length of the context. */
  private readonly followers: Map<string, Followers>[];
  private readonly discounts: number[][];

  constructor(
    words: readonly Aligned[],
    private readonly order: number
  ) {
    this.followers = Array.from({length: order}, () => new Map<string, Followers>());
    for (const {word, sounds} of words) {
      const sequence = [...this.padding(), ...sounds.map((sound, i) => this.number(word[i]!, sound)), END];
      for (let at = order - 1; at < sequence.length; at++) this.count(sequence, at);
    }
    this.discounts = this.followers.map(discountsOf);
    this.followers.forEach((level, length) => {
      for (const one of level.values()) one.shorter = shareOfShorter(one, this.discounts[length]!);
    });
  }

  /** The likeliest phonemes, with blanks between them. Letters that were never seen are silent. */
  pronounce(word: string): string {
    let beam: Hypothesis[] = [{history: this.padding(), logProbability: 0, sounds: []}];
    for (const letter of word) {
      const next = beam.flatMap((hypothesis) =>
        (this.ofLetter.get(letter) ?? []).map((graphone) => this.extended(hypothesis, graphone))
      );
      if (next.length === 0) continue;
      next.sort((a, b) => b.logProbability - a.logProbability);
      const least = next[0]!.logProbability - BEHIND;
      beam = next.slice(0, BEAM).filter(({logProbability}) => logProbability > least);
    }
    const ended = beam.map((hypothesis) => this.extended(hypothesis, END));
    return ended
      .reduce((best, one) => (one.logProbability > best.logProbability ? one : best))
      .sounds.join(" ");
  }

  private padding(): number[] {
    return Array<number>(this.order - 1).fill(START);
  }

  private number(letter: string, sound: string): number {
    const name = letter + sound;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.sounds.push(sound) - 1;
    this.numbers.set(name, number);
    this.ofLetter.set(letter, [...(this.ofLetter.get(letter) ?? []), number]);
    return number;
  }

  /** The longest context counts each time, shorter ones only how many different longer ones they end. */
  private count(sequence: readonly number[], at: number): void {
    for (let length = this.order - 1; length >= 0; length--) {
      const level = this.followers[length]!;
      const key = keyOf(sequence, at - length, at);
      let one = level.get(key);
      if (!one) level.set(key, (one = {counts: new Map(), total: 0, shorter: 0}));
      const before = one.counts.get(sequence[at]!) ?? 0;
      one.counts.set(sequence[at]!, before + 1);
      one.total++;
      if (before > 0) return;
    }
  }

  private extended({history, logProbability, sounds}: Hypothesis, graphone: number): Hypothesis {
    const sound = this.sounds[graphone]!;
    return {
      history: [...history.slice(1), graphone],
      logProbability: logProbability + Math.log(this.probability(history, graphone)),
      sounds: sound === "" ? sounds : [...sounds, sound]
    };
  }

  private probability(history: readonly number[], graphone: number): number {
    let probability = 1 / this.sounds.length;
    for (let length = 0; length < this.order; length++) {
      const one = this.followers[length]!.get(keyOf(history, history.length - length, history.length));
      if (!one) break;
      const count = one.counts.get(graphone) ?? 0;
      const own = count === 0 ? 0 : (count - this.discounts[length]![Math.min(3, count)]!) / one.total;
      probability = own + one.shorter * probability;
    }
    return probability;
  }
}

function keyOf(sequence: readonly number[], from: number, to: number): string {
  let key = "";
  for (let i = from; i < to; i++) key += String.fromCharCode(sequence[i]!);
  return key;
}

/** What is taken off a count of 1, of 2, and of 3 or more; nothing where no such count is known. */
function discountsOf(level: ReadonlyMap<string, Followers>): number[] {
  const having = [0, 0, 0, 0, 0];
  for (const {counts} of level.values())
    for (const count of counts.values()) if (count < having.length) having[count]!++;
  const share = having[1]! / (having[1]! + 2 * having[2]!);
  return [0, 1, 2, 3].map((count) =>
    having[count]! > 0 ? count - ((count + 1) * share * having[count + 1]!) / having[count]! : 0
  );
}

function shareOfShorter({counts, total}: Followers, discounts: readonly number[]): number {
  let taken = 0;
  for (const count of counts.values()) taken += discounts[Math.min(3, count)]!;
  return taken / total;
}
