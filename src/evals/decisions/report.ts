import type {RunManifest, Store} from "../../base/store/index.js";
import {callsOf} from "./callsOf.js";
import {decide} from "./decide.js";
import {DEFAULT_MARGIN} from "./decideOptions.js";
import {checkGates} from "./gates.js";
import type {RaceRecord} from "./raceTypes.js";
import {raceVerdict} from "./raceVerdict.js";
import type {RiskFacts} from "./risks.js";
import {scoreTable} from "./scoreTable.js";
import type {CandidateCost, ScoreTable, Verdict} from "./types.js";
import type {GateRule, CandidateCalls, GateFacts, GateResult} from "./gateTypes.js";
import type {TieBreakers} from "./costTypes.js";

export interface RunReport {
  run: RunManifest;
  table: ScoreTable;
  verdict: Verdict;
  calls: CandidateCalls[];
  /** When `verdict` is a race's: what the last rounds of candidates that were dropped before the last one came to. */
  dropped?: DroppedCandidate[];
}

/** A candidate of a race in the last round that it was in. */
export interface DroppedCandidate {
  run: RunManifest;
  table: ScoreTable;
  calls: CandidateCalls;
}

export interface ReportOptions {
  /** In score units; the run's own when absent. */
  margin?: number;
  race?: RaceRecord;
  /** Bytes of a candidate's weights. */
  bytes?: Readonly<Record<string, number>>;
  sameWeights?: readonly (readonly string[])[];
  /** What could make the verdict wrong, given the scores. */
  facts?(table: ScoreTable): Promise<RiskFacts>;
}

/**
 * The verdict of a run on its primary scorer, with what the calls cost and so with who is cheaper. With `race`, of which
 * `run` is the last round, the verdict is the race's.
 */
export async function runReport(
  store: Store,
  run: RunManifest,
  {margin = run.margin ?? DEFAULT_MARGIN, race, bytes, sameWeights, facts}: ReportOptions = {}
): Promise<RunReport> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const calls = await callsOf(store, run);
  const tieBreakers = {bytes, latency: latenciesOf(calls), requestsInFlight: run.concurrency};
  const known = {tieBreakers, facts: await facts?.(table)};
  const decided = decide(table, {margin, seed: run.seed, costs: costsByName(calls), sameWeights, ...known});
  const {problem, undecided} = await store.pricing(run);
  const unknown = [...(problem === undefined ? [] : [unknownCosts(problem)]), ...undecided.map(costNotKnown)];
  const verdict = {...decided, warnings: [...decided.warnings, ...unknown]};
  if (!race) return {run, table, verdict, calls};
  const dropped = await droppedBefore(store, race, run);
  const baseline = await baselineOf(store, race, table);
  const costs = costsByName([...calls, ...dropped.map((one) => one.calls)]);
  return {
    run,
    table: {...table, baseline},
    verdict: raceVerdict(race, verdict, costs, {
      baseline,
      table,
      baselineTable: dropped.find(({calls}) => calls.candidate === baseline)?.table,
      ...known
    }),
    calls,
    dropped
  };
}

function unknownCosts(problem: string): string {
  return `The price list was left out, and what no endpoint states a price for has no known cost: ${problem}`;
}

const costNotKnown = (reason: string) => `A cost is not known: ${reason}`;

export function gatesOf(report: RunReport, rules: readonly GateRule[], facts: GateFacts = {}): GateResult[] {
  return checkGates(rules, report.table, report.verdict, report.calls, {
    ...facts,
    dropped: report.dropped
  });
}

/** Of those alone whose answers all say how long they took: the few that do may be the quick ones. */
function latenciesOf(calls: readonly CandidateCalls[]): NonNullable<TieBreakers["latency"]> {
  return Object.fromEntries(
    calls.flatMap(({candidate, planned, failed, latency}) => {
      if (latency?.answers !== planned - failed) return [];
      const {p95Ms, lowMs, highMs} = latency;
      return [[candidate, {p95Ms, lowMs, highMs}]];
    })
  );
}

function costsByName(calls: readonly CandidateCalls[]): Record<string, CandidateCost> {
  return Object.fromEntries(calls.flatMap(({candidate, cost}) => (cost ? [[candidate, cost]] : [])));
}

async function droppedBefore(store: Store, race: RaceRecord, last: RunManifest): Promise<DroppedCandidate[]> {
  const runs = new Map((await store.runs({archived: true})).map((run) => [run.id, run]));
  const found: DroppedCandidate[] = [];
  for (const round of race.rounds) {
    const run = runs.get(round.run ?? "");
    if (!run || run.id === last.id || round.dropped.length === 0) continue;
    const table = await scoreTable(store, run.id, run.primaryScorer);
    const calls = await callsOf(store, run);
    for (const {candidate} of round.dropped) {
      const own = calls.find((one) => one.candidate === candidate);
      if (own) found.push({run, table, calls: own});
    }
  }
  return found;
}

/** The eval's baseline, though the race may have dropped it: the last round's own table names who is left. */
async function baselineOf(
  store: Store,
  {rounds, settings}: RaceRecord,
  table: ScoreTable
): Promise<string | undefined> {
  const first = (await store.runs({archived: true})).find(({id}) => id === rounds[0]?.run);
  if (!first) return table.baseline;
  return first.candidates.find(({baseline}) => baseline)?.name ?? settings.candidates[0];
}
