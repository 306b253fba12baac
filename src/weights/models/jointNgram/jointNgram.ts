import type {Prediction} from "../types.js";
import {BOUNDARY} from "./contextLevels.js";
import {KneserNey} from "./kneserNey.js";
import type {StoredJointNgram} from "./stored.js";

const BEAM = 60;
/** Hypotheses this many nats behind the best are dropped. */
const BEHIND = 12;
const MOST_ANSWERS = 20;

interface Hypothesis {
  /** Its last graphones, the nearest first. */
  recent: number[];
  /** A blank before each symbol. */
  answer: string;
  logProbability: number;
}

/** A hypothesis with one graphone more, before it is known whether it stays. */
interface Extended {
  from: Hypothesis;
  graphone: number;
  logProbability: number;
}

/**
 * A joint n-gram model of letters with the symbols they stand for (graphones): Bisani and Ney, Speech Communication 50
 * (2008).
 */
export class JointNgram {
  private readonly model: KneserNey;
  /** By number. */
  private readonly symbols: string[];
  /** The numbers of each letter's graphones: from the first up to, and without, the end. */
  private readonly ofLetter = new Map<string, {first: number; end: number}>();
  private readonly order: number;
  private readonly blankBefore: boolean;
  private readonly backwards: boolean;

  constructor({order, blankBefore, backwards, graphones, sequences}: StoredJointNgram) {
    this.order = order;
    this.blankBefore = blankBefore;
    this.backwards = backwards;
    this.model = new KneserNey(sequences, order, graphones.length + 1);
    this.symbols = ["", ...graphones.map(([, symbols]) => symbols)];
    graphones.forEach(([letter], i) => {
      const known = this.ofLetter.get(letter);
      if (known) known.end = i + 2;
      else this.ofLetter.set(letter, {first: i + 1, end: i + 2});
    });
  }

  /**
   * The likeliest answer to a text, and the at most 20 likeliest with the logarithms of their probabilities given the text:
   * the sum over the alignments in the beam that give an answer, by the sum over all in it. Letters that were never seen are
   * silent; an empty text has the empty answer.
   */
  predict(text: string): Prediction {
    let beam: Hypothesis[] = [{recent: [], answer: "", logProbability: 0}];
    for (const letter of this.backwards ? [...text].reverse() : text) {
      const graphones = this.ofLetter.get(letter);
      if (graphones) beam = this.pruned(this.extended(beam, graphones)).map((one) => this.entered(one));
    }
    return this.summed(this.extended(beam, {first: BOUNDARY, end: BOUNDARY + 1}));
  }

  private extended(beam: readonly Hypothesis[], {first, end}: {first: number; end: number}): Extended[] {
    return beam.flatMap((from) => {
      const probabilities = this.model.probabilities(this.model.contextsAfter(from.recent), first, end);
      return Array.from(probabilities, (probability, i) => ({
        from,
        graphone: first + i,
        logProbability: from.logProbability + Math.log(probability)
      }));
    });
  }

  private pruned(extended: readonly Extended[]): Extended[] {
    const best = extended.reduce((most, {logProbability}) => Math.max(most, logProbability), -Infinity);
    return extended
      .filter(({logProbability}) => logProbability > best - BEHIND)
      .sort((a, b) => b.logProbability - a.logProbability)
      .slice(0, BEAM);
  }

  private entered({from, graphone, logProbability}: Extended): Hypothesis {
    const symbols = this.symbols[graphone]!;
    return {
      recent: [graphone, ...from.recent.slice(0, Math.max(0, this.order - 2))],
      answer: symbols === "" ? from.answer : `${from.answer} ${symbols}`,
      logProbability
    };
  }

  private summed(ended: readonly Extended[]): Prediction {
    const best = ended.reduce((most, {logProbability}) => Math.max(most, logProbability), -Infinity);
    const sums = new Map<string, number>();
    let total = 0;
    for (const {from, logProbability} of ended) {
      const answer = this.blankBefore ? from.answer : from.answer.slice(1);
      const probability = Math.exp(logProbability - best);
      sums.set(answer, (sums.get(answer) ?? 0) + probability);
      total += probability;
    }
    const answers = [...sums].sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1)).slice(0, MOST_ANSWERS);
    return {
      label: answers[0]![0],
      logprobs: Object.fromEntries(answers.map(([answer, sum]) => [answer, Math.log(sum / total)]))
    };
  }
}
