import {memberOf} from "../../base/validation/memberOf.js";
import {choiceAmong} from "./choice.js";
import {cleanLeads} from "./cleanLead.js";
import {everyLook, oneLook} from "./gateIntervals.js";
import {actionAfterRisks} from "./heldAdvice.js";
import {risksOf} from "./risks.js";
import {failureSensitivity} from "./sensitivityOf.js";
import {cheaperBy} from "./cheaper.js";
import type {CandidateCost, CheaperCandidate, Comparison, ScoreTable, Verdict, VerdictRace} from "./types.js";
import {leadOf} from "./raceLead.js";
import type {RaceRecord, RaceRound} from "./raceTypes.js";
import type {DecideOptions} from "./decideOptions.js";

interface RaceFacts extends Pick<DecideOptions, "tieBreakers" | "facts"> {
  baseline?: string;
  table?: ScoreTable;
  /** Of the last round that the baseline was in, where it was dropped. */
  baselineTable?: ScoreTable;
}

/**
 * The verdict of a race. `last` is the verdict on its last round's scores taken alone: its means and intervals stay, as
 * those of one look. Kind, set and sentence come from the race, comparisons from its anytime-valid intervals, and `alpha`
 * is the race's error rate, which holds over all rounds and pairs together. A race that ended within the margin is a tie
 * only when no other's interval goes beyond it: else the leader may be far better, and nobody is chosen among equals.
 * The winner's correction and the p values of one look are left out. Costs: of every raced candidate. `table`: the last round's scores,
 * which tell what failed rows could change where the race's best has not the best mean.
 */
export function raceVerdict(
  record: RaceRecord,
  last: Verdict,
  costs: Readonly<Record<string, CandidateCost>>,
  {baseline, table, baselineTable = table, ...more}: RaceFacts = {}
): Verdict {
  const {rounds, settings, outcome} = record;
  const round = rounds.at(-1)!;
  const best = bestOf(record);
  const gone = new Set(round.dropped.map(({candidate}) => candidate));
  const still = outcome?.set ?? round.candidates.filter((candidate) => !gone.has(candidate));
  const set = best === undefined ? [] : [best, ...still.filter((candidate) => candidate !== best)];
  const alpha = settings.errorRate ?? last.alpha;
  const {summaries, margin, scale, warnings} = last;
  const sensitivity = best === undefined ? undefined : sensitivityIn(last, best, table);
  const cheaper =
    settings.errorRate === undefined || best === undefined
      ? undefined
      : cheaperInRace(record, best, costs, {alpha, scale, sensitivity});
  const comparisons = best === undefined ? [] : comparisonsOf(round, best, summaries);
  const decidedKind =
    best === undefined ? "no-scores" : raceVerdictKind(outcome?.kind, set, comparisons, margin);
  const open = outcome?.kind === "within-margin" && decidedKind !== "tie";
  const decided = {
    kind: decidedKind,
    best,
    set,
    comparisons,
    margin,
    alpha,
    scale,
    summaries,
    warnings,
    sensitivity,
    cheaper,
    costs: Object.keys(costs).length > 0 ? costs : undefined,
    choice: open ? undefined : choiceAmong(set, {...more.tieBreakers, costs}, baseline),
    sameWeights: last.sameWeights,
    tieBreakers: last.tieBreakers,
    race: raceOfVerdict(record)
  };
  const {facts = {}} = more;
  const inUse =
    baseline === undefined || !baselineTable ? undefined : {table: baselineTable, candidate: baseline};
  const intervals = settings.errorRate === undefined ? oneLook : everyLook;
  const leads = table && cleanLeads(table, inUse, facts, {alpha, intervals});
  const risks = risksOf(decided, facts, leads);
  return {
    ...decided,
    ...actionAfterRisks(decided, baseline, risks),
    sentence: outcome?.sentence ?? `The race has not ended; ${still.length} candidates are still in.`,
    risks
  };
}

function sensitivityIn(last: Verdict, best: string, table: ScoreTable | undefined): Verdict["sensitivity"] {
  if (last.best === best) return last.sensitivity;
  const rival = last.summaries.find(({candidate, scored}) => candidate !== best && scored > 0)?.candidate;
  return table && failureSensitivity(table, best, {rival, scale: last.scale});
}

/** Undefined when the last round has no score. */
function bestOf({rounds, outcome}: RaceRecord): string | undefined {
  const {standings} = rounds.at(-1)!;
  if (!standings.some(({mean}) => mean !== undefined)) return undefined;
  return outcome?.best ?? standings[0]!.candidate;
}

function raceVerdictKind(
  outcome: VerdictRace["outcome"] | undefined,
  set: readonly string[],
  comparisons: readonly Comparison[],
  margin: number
): Verdict["kind"] {
  if (outcome === "pick") return "pick";
  const isWithin = ({low, high}: Comparison) =>
    low !== undefined && high !== undefined && low >= -margin && high <= margin;
  return outcome === "within-margin" && comparisons.every((one) => !set.includes(one.b) || isWithin(one))
    ? "tie"
    : "need-more";
}

function comparisonsOf(round: RaceRound, best: string, summaries: Verdict["summaries"]): Comparison[] {
  return summaries
    .filter(({candidate}) => candidate !== best)
    .map(({candidate}) => comparisonOf(round, best, candidate));
}

function raceOfVerdict({id, settings, rounds, outcome}: RaceRecord): VerdictRace {
  const {errorRate, budgetCalls, budgetUsd, candidates, rows, repeats} = settings;
  const standing = (round: RaceRound, candidate: string) =>
    round.standings.find((one) => one.candidate === candidate);
  return {
    id,
    outcome: outcome?.kind ?? "stopped",
    errorRate,
    budgetCalls,
    budgetUsd,
    rows: rounds.at(-1)!.rows,
    rowsOfPart: rows,
    calls: outcome?.calls ?? rounds.reduce((sum, {calls}) => sum + calls, 0),
    callsOfEverything: outcome?.callsOfEverything ?? rows * candidates.length * repeats,
    rounds: rounds.length,
    grouped: rounds.at(-1)!.grouped,
    dropped: rounds.flatMap((round) =>
      round.dropped.map((drop) => {
        const found = standing(round, drop.candidate);
        return {
          ...drop,
          round: round.round,
          rows: round.rows,
          scored: found?.scored ?? 0,
          mean: found?.mean
        };
      })
    )
  };
}

function comparisonOf(round: RaceRound, best: string, other: string): Comparison {
  const lead = leadOf(round.pairs, best, other);
  return {
    a: best,
    b: other,
    rows: lead?.observations ?? 0,
    difference: lead?.estimate,
    low: lead?.low,
    high: lead?.high,
    meanA: lead?.meanBy,
    meanB: lead?.mean,
    method: lead ? "confidence sequence" : undefined
  };
}

/**
 * From the last round that both were in. The intervals hold for all pairs at once: nothing is left to correct. Undecided where a
 * candidate would be more than the margin worse had every failed row been wrong.
 */
function cheaperInRace(
  {rounds, settings}: RaceRecord,
  best: string,
  costs: Readonly<Record<string, CandidateCost>>,
  {sensitivity, ...terms}: Pick<Verdict, "alpha" | "scale" | "sensitivity">
): Verdict["cheaper"] {
  const {candidates, margin} = settings;
  return cheaperBy(candidates, best, costs, {margin, ...terms}, (cheaper) =>
    cheaper.map((candidate): Omit<CheaperCandidate, "candidate" | "costUsdPerThousand"> => {
      const leads = rounds.map((round) => ({round, lead: leadOf(round.pairs, best, candidate)}));
      const {round, lead} = leads.findLast((one) => one.lead) ?? {};
      if (!round || !lead) return {rows: 0, verdict: "undecided"};
      const [low, high] = [-lead.high, -lead.low];
      const known = round === rounds.at(-1) ? sensitivity?.meansIfWrong : undefined;
      const turns = differenceIfWrong(round, [candidate, best], known) < -margin;
      return {
        difference: -lead.estimate,
        low,
        high,
        rows: lead.observations,
        verdict: low > -margin && !turns ? "non-inferior" : high <= -margin ? "inferior" : "undecided"
      };
    })
  );
}

/** First minus second; 0 where nothing failed. Of a round of which the means are not known by the standings, a failed row as 0. */
function differenceIfWrong(
  {rows, standings}: RaceRound,
  pair: readonly [first: string, second: string],
  known: Readonly<Record<string, number>> = {}
): number {
  const found = pair.map((name) => {
    const {scored = rows, mean = 0} = standings.find(({candidate}) => candidate === name) ?? {};
    return {
      failed: scored < rows,
      figure: memberOf(known, name) ?? (mean * scored) / rows,
      known: Object.hasOwn(known, name)
    };
  });
  if (!found.some((one) => one.failed || one.known)) return 0;
  return found[0]!.figure - found[1]!.figure;
}
