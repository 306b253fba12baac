import type {HeldLease, RunManifest} from "../../base/store/index.js";
import type {CallPrices} from "./calls/callPrices.js";
import type {RunCalls} from "./calls/runCalls.js";
import type {BudgetKeeper} from "./calls/keepBudget.js";
import type {Tally} from "./calls/tally.js";
import type {AppendLog} from "./journal/appendLog.js";
import type {RunFolder} from "./journal/folder.js";
import type {SettledRequests} from "./journal/reuse.js";
import type {SupersededCalls} from "./journal/superseded.js";
import type {PlannedRequests} from "./plan/plan.js";
import type {ReadyCandidate} from "./plan/readyCandidates.js";
import type {RunWorkspace} from "./plan/rows.js";
import type {EndedCompletions} from "./seal/completions.js";
import type {EvalTask} from "./task.js";

/** A run before its first call. */
export interface PlannedRun {
  task: EvalTask;
  place: RunWorkspace;
  requests: PlannedRequests;
}

/** The folder that a run is kept in, and the lease that keeps other processes out of it. */
export interface LeasedFolder {
  run: RunFolder;
  held: HeldLease;
}

/** A planned run in a folder of its own, which is locked. */
export interface LeasedRun extends PlannedRun {
  lease: LeasedFolder;
}

/** What was answered before this start, and what it writes down as calls end. */
export interface RunJournal {
  /** One line for each call that ended. */
  calls: AppendLog;
  /** One line for each score. */
  scores: AppendLog;
  /** Paid calls whose lines no longer count. */
  superseded: SupersededCalls;
  settled: SettledRequests;
  ended: EndedCompletions;
  /** All sealed runs of the store, archived ones too. */
  runs: readonly RunManifest[];
}

/** What calls cost, and how much may be spent. */
export interface RunBudget {
  prices: CallPrices;
  /** The candidates, with the prices that the run is billed at in their records. */
  priced: readonly ReadyCandidate[];
  /** Undefined without `budgetUsd`. */
  spending?: BudgetKeeper;
}

/** One start of a run, from its first call to its seal. */
export interface Run extends LeasedRun {
  journal: RunJournal;
  budget: RunBudget;
  calls: RunCalls;
  /** Counts what happens, for those who watch. */
  tally: Tally;
}
