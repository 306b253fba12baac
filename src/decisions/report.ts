import type {RunManifest, Store} from "../store/index.js";
import {decide} from "./decide.js";
import {callsOf} from "./callsOf.js";
import {type CandidateCalls, checkGates, type GateFacts, type GateResult} from "./gates.js";
import {scoreTable} from "./scoreTable.js";
import type {ScoreTable, Verdict} from "./types.js";
import type {GateRule} from "../runner/define.js";

export interface RunReport {
  run: RunManifest;
  table: ScoreTable;
  verdict: Verdict;
  calls: CandidateCalls[];
}

/** The verdict of a run on its primary scorer, with what the calls came to and so with who is cheaper. */
export async function runReport(store: Store, run: RunManifest, margin: number): Promise<RunReport> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const calls = await callsOf(store, run);
  const costs = Object.fromEntries(
    calls.flatMap(({candidate, costUsdPerThousand: cost}) => (cost === undefined ? [] : [[candidate, cost]]))
  );
  return {run, table, verdict: decide(table, {margin, seed: run.seed, costs}), calls};
}

export function gatesOf(report: RunReport, rules: readonly GateRule[], facts: GateFacts = {}): GateResult[] {
  return checkGates(rules, report.table, report.verdict, report.calls, facts);
}
