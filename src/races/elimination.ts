import {pairedConfidenceSequence, type PairedConfidenceSequence} from "../stats/index.js";
import {valuesOf} from "../decisions/columns.js";
import {groupsOf} from "./groups.js";
import type {RaceStrategy} from "./race.js";
import type {RaceDrop, RacePair, RaceSettings} from "../decisions/raceTypes.js";

const FIRST_ROWS = 50;
const GROWTH = 1.5;
// Bounds are rounded outwards to 0.2 points, which costs little and halves the work.
const GRID = 1000;

/**
 * Successive elimination: after every round a candidate goes when another's lead over it is above 0 beyond doubt. Every
 * pair has an anytime-valid interval at level 1 − errorRate / pairs, so that with probability 1 − errorRate all of
 * them hold in all rounds together, and then the truly best one is never dropped. A group of rows is one observation, its
 * mean. Rows that either lacks are left out. Ends early when the leader is at most the margin below any other.
 * Source: Even-Dar, Mannor and Mansour (2006), JMLR 7, with the intervals of `pairedConfidenceSequence`.
 */
export function elimination({candidates, margin, errorRate = 0.05}: RaceSettings): RaceStrategy {
  const pairs = (candidates.length * (candidates.length - 1)) / 2;
  const level = 1 - errorRate / pairs;
  // By name, so that the order of the candidates changes no last digit.
  const named = [...candidates].sort();
  const sequences = named.flatMap((a, i) =>
    named.slice(i + 1).map((b): Running => ({
      a,
      b,
      sumA: 0,
      sumB: 0,
      sequence: pairedConfidenceSequence({level, grid: GRID})
    }))
  );
  const groups = groupsOf();
  return {
    rows: (round, before) => (round === 1 ? FIRST_ROWS : Math.ceil(before * GROWTH)),
    judge({table, standings, last}) {
      const present = new Set(table.candidates);
      const open = sequences.filter(({a, b}) => present.has(a) && present.has(b));
      for (const rows of groups.take(table, last))
        for (const pair of open) add(pair, rows, valuesOf(table, pair.a), valuesOf(table, pair.b));
      const found = open.map(pairOf);
      const dropped = standings.flatMap(({candidate, scored}): RaceDrop[] => {
        const drop =
          scored === 0 ? {candidate, why: "no-scores" as const} : dropOf(candidate, standings, found);
        return drop ? [drop] : [];
      });
      // Without any score nobody is known to be worse.
      const gone = dropped.length < standings.length ? dropped : [];
      const still = standings.filter(({candidate}) => !gone.some((one) => one.candidate === candidate));
      const leader = still[0]!.candidate;
      const withinMargin = still
        .slice(1)
        .every(({candidate}) => (leadOf(leader, candidate, found)?.low ?? -Infinity) >= -margin);
      return {pairs: found, dropped: gone, withinMargin};
    }
  };
}

/** A pair with the sums of the scores that it was compared on. */
interface Running {
  a: string;
  b: string;
  sumA: number;
  sumB: number;
  sequence: PairedConfidenceSequence;
}

function add(
  pair: Running,
  rows: readonly number[],
  a: readonly (number | undefined)[],
  b: readonly (number | undefined)[]
): void {
  const both = rows.filter((row) => a[row] !== undefined && b[row] !== undefined);
  if (both.length === 0) return;
  const mean = (values: readonly (number | undefined)[]) =>
    both.reduce((sum, row) => sum + values[row]!, 0) / both.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  pair.sumA += meanA;
  pair.sumB += meanB;
  pair.sequence.add(meanA, meanB);
}

function pairOf({a, b, sumA, sumB, sequence}: Running): RacePair {
  const {n} = sequence;
  const means = n > 0 ? {meanA: sumA / n, meanB: sumB / n} : {};
  return {a, b, observations: n, ...means, estimate: sequence.estimate(), ...sequence.interval()};
}

/** Lead of `first` over `second`, whichever way round the pair is kept. */
function leadOf(first: string, second: string, pairs: readonly RacePair[]): RaceDrop["lead"] {
  for (const {a, b, observations, estimate, low, high, meanA, meanB} of pairs) {
    if (estimate === undefined || low === undefined || high === undefined) continue;
    if (a === first && b === second) return {estimate, low, high, observations, meanBy: meanA, mean: meanB};
    if (a === second && b === first)
      return {estimate: -estimate, low: -high, high: -low, observations, meanBy: meanB, mean: meanA};
  }
  return undefined;
}

/** Dropped by the best of those that lead it beyond doubt; `standings` are best first. */
function dropOf(
  candidate: string,
  standings: readonly {candidate: string}[],
  pairs: readonly RacePair[]
): RaceDrop | undefined {
  for (const {candidate: by} of standings) {
    const lead = leadOf(by, candidate, pairs);
    if (lead && lead.low > 0) return {candidate, why: "worse", by, lead};
  }
  return undefined;
}
