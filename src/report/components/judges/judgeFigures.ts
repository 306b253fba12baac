import {
  type AlphaInterval,
  clusteredRegression,
  type Coefficient,
  cohenKappa,
  type Estimate,
  type Interval,
  judgeCorrected,
  type JudgeCorrected,
  type Kappa,
  krippendorffInterval,
  mean,
  meanInterval,
  pairedDifference,
  type PairedDifference
} from "../../../base/stats/index.js";

/** One answer that a judge was asked about. */
export interface JudgedAnswer {
  /** Answers of one group are related: the row's cluster, or the row itself. */
  group: string;
  candidate: string;
  /** Scores from 0 to 1; undefined where there is none. */
  judge?: number;
  human?: number;
  /** Characters of the answer. */
  length?: number;
  /** What a judge of two answers chose with this one shown first, and with it shown second. */
  order?: readonly [string, string];
  /** It had the same words as the one that it was compared with: a tie, of which no judge was asked. */
  sameWords?: boolean;
}

export interface JudgeFigures {
  /** Answers, and those that the judge gave a score. */
  answers: number;
  judged: number;
  labelled: number;
  agreement?: Agreement;
  order?: OrderFigures;
  length: LengthFigures;
  candidates: JudgedCandidate[];
}

export interface Agreement {
  /** Answers with a score by both. */
  n: number;
  /** Share of them with the same score. */
  same: number;
  /** Its 95 % interval, clustered by group. */
  interval?: Interval;
  /** Chance-corrected, where both gave at most three different scores (lost, tie, won). */
  kappa?: Kappa;
  /** Krippendorff's, by the squared distance of scores. */
  alpha?: AlphaInterval;
  /** Judge minus people, clustered by group. */
  bias?: PairedDifference;
  /** Answers by people's score and by the judge's, when both gave at most three different scores. */
  table?: {scores: number[]; counts: number[][]};
}

export interface OrderFigures {
  /** Answers that were compared in both orders. */
  n: number;
  /** Those with the same words as the other one, which are ties without a comparison. */
  sameWords: number;
  /** Those where the choice changed with the order: taken for ties. */
  flips: number;
  interval?: Interval;
  /** Of the flips: took the first both times, took the second both times, called it a tie one time. */
  first: number;
  second: number;
  tie: number;
}

/** Score per doubling of the answer's length. */
export interface LengthFigures {
  judge?: Slope;
  human?: Slope;
  /** The judge's score minus people's: what length does beyond what it is worth. */
  bias?: Slope;
  /** Answers in five groups of equal size by length, the shortest first. */
  groups: {from: number; to: number; n: number; judge?: number; labelled: number; human?: number}[];
}

export type Slope = Coefficient & {n: number};

export interface JudgedCandidate {
  candidate: string;
  answers: number;
  judged: number;
  labelled: number;
  judge?: number;
  judgeInterval?: Interval;
  human?: Estimate;
  corrected?: JudgeCorrected;
}

const LEVEL = 0.95;

/**
 * How far a judge can be trusted on these answers: every share with its count, intervals at 95 %. Answers of one group go
 * together. What cannot be said from so few answers is undefined. Slopes hold the candidate fixed, so that a good candidate with long answers
 * is no length bias.
 */
export function judgeFigures(answers: readonly JudgedAnswer[], candidates: readonly string[]): JudgeFigures {
  return {
    answers: answers.length,
    judged: answers.filter(({judge}) => judge !== undefined).length,
    labelled: answers.filter(({human}) => human !== undefined).length,
    agreement: agreementOf(answers),
    order: orderOf(answers),
    length: lengthOf(answers, candidates),
    candidates: candidates.map((candidate) => candidateOf(candidate, answers))
  };
}

function agreementOf(answers: readonly JudgedAnswer[]): Agreement | undefined {
  const both = answers.filter(
    (one): one is JudgedAnswer & {judge: number; human: number} =>
      one.judge !== undefined && one.human !== undefined
  );
  if (both.length === 0) return undefined;
  const clusters = both.map(({group}) => group);
  const same = both.map(({judge, human}) => (Math.abs(judge - human) < 1e-9 ? 1 : 0));
  const judge = both.map((one) => one.judge);
  const human = both.map((one) => one.human);
  const scores = [...new Set([...judge, ...human])].sort((a, b) => a - b);
  const few = scores.length <= 3;
  return {
    n: both.length,
    same: mean(same)!,
    interval: meanInterval(same, {level: LEVEL, clusters}),
    kappa: few ? cohenKappa(human, judge, {level: LEVEL, clusters}) : undefined,
    alpha: krippendorffInterval(
      both.map((one) => [one.judge, one.human]),
      {metric: "interval", level: LEVEL, clusters}
    ),
    bias: pairedDifference(judge, human, {level: LEVEL, clusters}),
    table: few
      ? {
          scores,
          counts: scores.map((h) =>
            scores.map((j) => both.filter((one) => one.human === h && one.judge === j).length)
          )
        }
      : undefined
  };
}

function orderOf(answers: readonly JudgedAnswer[]): OrderFigures | undefined {
  const compared = answers.flatMap(({group, order}) => (order ? [{group, order}] : []));
  const sameWords = answers.filter((one) => one.sameWords).length;
  if (compared.length + sameWords === 0) return undefined;
  const flipped = compared.map(({order: [first, second]}) => (first === second ? 0 : 1));
  const count = (a: string, b: string) =>
    compared.filter(({order}) => order[0] === a && order[1] === b).length;
  const flips = flipped.filter((flip) => flip === 1).length;
  const first = count("output", "baseline");
  const second = count("baseline", "output");
  return {
    n: compared.length,
    sameWords,
    flips,
    interval: meanInterval(flipped, {level: LEVEL, clusters: compared.map(({group}) => group)}),
    first,
    second,
    tie: flips - first - second
  };
}

function lengthOf(answers: readonly JudgedAnswer[], candidates: readonly string[]): LengthFigures {
  const known = answers.filter(
    (one): one is JudgedAnswer & {length: number} => one.length !== undefined && one.length > 0
  );
  const slopeOf = (score: (one: JudgedAnswer) => number | undefined): Slope | undefined => {
    const scored = known.filter((one) => score(one) !== undefined);
    const present = candidates.filter((name) => scored.some(({candidate}) => candidate === name));
    const found = clusteredRegression(
      scored.map(score),
      [
        scored.map(({length}) => Math.log2(length)),
        ...present.slice(1).map((name) => scored.map(({candidate}) => (candidate === name ? 1 : 0)))
      ],
      {clusters: scored.map(({group}) => group), level: LEVEL}
    );
    return found && {...found.slopes[0]!, n: found.n};
  };
  return {
    judge: slopeOf(({judge}) => judge),
    human: slopeOf(({human}) => human),
    bias: slopeOf(({judge, human}) =>
      judge === undefined || human === undefined ? undefined : judge - human
    ),
    groups: groupsOf(known.filter(({judge}) => judge !== undefined))
  };
}

function groupsOf(answers: readonly (JudgedAnswer & {length: number})[]): LengthFigures["groups"] {
  const sorted = [...answers].sort((a, b) => a.length - b.length);
  // As SQL's ntile cuts them: what is left over goes to the first groups.
  const start = (g: number) => g * Math.floor(sorted.length / 5) + Math.min(g, sorted.length % 5);
  return Array.from({length: 5}, (_, g) => sorted.slice(start(g), start(g + 1)))
    .filter((group) => group.length > 0)
    .map((group) => {
      const labels = group.map(({human}) => human).filter((score) => score !== undefined);
      return {
        from: group[0]!.length,
        to: group.at(-1)!.length,
        n: group.length,
        judge: mean(group.map(({judge}) => judge)),
        labelled: labels.length,
        human: mean(labels)
      };
    });
}

function candidateOf(candidate: string, answers: readonly JudgedAnswer[]): JudgedCandidate {
  const own = answers.filter((one) => one.candidate === candidate);
  const judge = own.map((one) => one.judge);
  const clusters = own.map(({group}) => group);
  const corrected = judgeCorrected(
    own.map(({human}) => human),
    judge,
    {level: LEVEL, clusters}
  );
  return {
    candidate,
    answers: own.length,
    judged: judge.filter((score) => score !== undefined).length,
    labelled: own.filter(({human}) => human !== undefined).length,
    judge: mean(judge),
    judgeInterval: meanInterval(judge, {level: LEVEL, clusters}),
    human: corrected?.humanOnly,
    corrected
  };
}
