import {pairedConfidenceSequence, type PairedConfidenceSequence} from "../../base/stats/index.js";
import {failedAs, decidingValues} from "../decisions/columns.js";
import {leadOf} from "../decisions/raceLead.js";
import {groupsOf} from "./groups.js";
import type {RaceDrop, RacePair, RaceSettings} from "../decisions/raceTypes.js";
import type {ScoreTable} from "../decisions/types.js";
import type {RaceStrategy} from "./strategy.js";

const FIRST_ROWS = 50;
const GROWTH = 1.5;
// Bounds are rounded outwards to 0.2 points, which costs little and halves the work.
const GRID = 1000;

/**
 * Successive elimination: after every round a candidate goes when another's lead over it is above 0 beyond doubt. Every
 * pair has an anytime-valid interval at level 1 − errorRate / pairs, so that with probability 1 − errorRate all of
 * them hold in all rounds together, and then the truly best one is never dropped. A group of rows is one observation, its
 * mean. Rows that either lacks are left out. A lead counts only where it also holds with the leader's own failed rows taken as 0,
 * by an interval of its own: nobody goes for one that answered the easy rows only. Ends early when the leader is, by both
 * intervals, at most the margin below any other.
 * Source: Even-Dar, Mannor and Mansour (2006), JMLR 7, with the intervals of `pairedConfidenceSequence`.
 */
export function elimination({candidates, margin, errorRate = 0.05}: RaceSettings): RaceStrategy {
  const pairs = (candidates.length * (candidates.length - 1)) / 2;
  const level = 1 - errorRate / pairs;
  // By name, so that the order of the candidates changes no last digit.
  const named = [...candidates].sort();
  const newSequence = () => pairedConfidenceSequence({level, grid: GRID});
  const sequences = named.flatMap((a, i) =>
    named.slice(i + 1).map((b): RunningPair => ({
      a,
      b,
      sumA: 0,
      sumB: 0,
      sequence: newSequence(),
      failing: {a: failingLead(newSequence), b: failingLead(newSequence)}
    }))
  );
  const groups = groupsOf();
  return {
    rows: (round, before) => (round === 1 ? FIRST_ROWS : Math.ceil(before * GROWTH)),
    judge({table, standings, last}) {
      const present = new Set(table.candidates);
      const open = sequences.filter(({a, b}) => present.has(a) && present.has(b));
      for (const rows of groups.take(table, last))
        for (const pair of open) addRows(pair, rows, scoresIn(table, pair.a), scoresIn(table, pair.b));
      const found = open.map(pairOf);
      const leastLead = (first: string, second: string) =>
        Math.min(leadOf(found, first, second)?.low ?? -Infinity, failingLow(first, second, open));
      const dropped = standings.flatMap(({candidate, scored}): RaceDrop[] => {
        if (scored === 0) return [{candidate, why: "no-scores"}];
        // The best of those that lead it beyond doubt: standings are best first.
        const by = standings.find((one) => leastLead(one.candidate, candidate) > 0)?.candidate;
        return by === undefined ? [] : [{candidate, why: "worse", by, lead: leadOf(found, by, candidate)}];
      });
      // Without any score nobody is known to be worse.
      const gone = dropped.length < standings.length ? dropped : [];
      const still = standings.filter(({candidate}) => !gone.some((one) => one.candidate === candidate));
      const leader = still[0]!.candidate;
      const withinMargin = still.slice(1).every(({candidate}) => leastLead(leader, candidate) >= -margin);
      return {pairs: found, dropped: gone, withinMargin};
    }
  };
}

/** A candidate's scores by row, undefined where it failed, and with failed rows and repeats as 0. */
interface SurvivorScores {
  own: readonly (number | undefined)[];
  failedAs0: readonly number[];
}

function scoresIn(table: ScoreTable, candidate: string): SurvivorScores {
  return {own: decidingValues(table, candidate), failedAs0: failedAs(table, candidate, 0)};
}

/** A pair with the sums of the scores that it was compared on. */
interface RunningPair {
  a: string;
  b: string;
  sumA: number;
  sumB: number;
  sequence: PairedConfidenceSequence;
  failing: {a: FailingLead; b: FailingLead};
}

function addRows(pair: RunningPair, rows: readonly number[], a: SurvivorScores, b: SurvivorScores): void {
  pair.failing.a.add(rows, a, b);
  pair.failing.b.add(rows, b, a);
  const both = rows.filter((row) => a.own[row] !== undefined && b.own[row] !== undefined);
  if (both.length === 0) return;
  const [meanA, meanB] = [pairMean(both, a.own), pairMean(both, b.own)];
  pair.sumA += meanA;
  pair.sumB += meanB;
  pair.sequence.add(meanA, meanB);
}

function pairMean(rows: readonly number[], values: readonly (number | undefined)[]): number {
  return rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
}

/** The lead of one of a pair with its own failed rows as 0; rows that the other lacks are left out. */
interface FailingLead {
  add(rows: readonly number[], own: SurvivorScores, other: SurvivorScores): void;
  /** The low end of its interval; undefined while nothing failed: then the pair's own interval tells. */
  low(): number | undefined;
}

function failingLead(newSequence: () => PairedConfidenceSequence): FailingLead {
  const before: [own: number, other: number][] = [];
  let sequence: PairedConfidenceSequence | undefined;
  return {
    add(rows, own, other) {
      const asked = rows.filter((row) => other.own[row] !== undefined);
      if (asked.length === 0) return;
      const means: [number, number] = [pairMean(asked, own.failedAs0), pairMean(asked, other.own)];
      if (!sequence && asked.some((row) => own.own[row] !== own.failedAs0[row])) {
        sequence = newSequence();
        for (const one of before) sequence.add(...one);
      }
      if (sequence) sequence.add(...means);
      else before.push(means);
    },
    low: () => sequence?.interval()?.low
  };
}

/** Infinity where nothing failed. */
function failingLow(first: string, second: string, pairs: readonly RunningPair[]): number {
  for (const {a, b, failing} of pairs) {
    if (a === first && b === second) return failing.a.low() ?? Infinity;
    if (a === second && b === first) return failing.b.low() ?? Infinity;
  }
  return Infinity;
}

function pairOf({a, b, sumA, sumB, sequence}: RunningPair): RacePair {
  const {n} = sequence;
  const means = n > 0 ? {meanA: sumA / n, meanB: sumB / n} : {};
  return {a, b, observations: n, ...means, estimate: sequence.estimate(), ...sequence.interval()};
}
