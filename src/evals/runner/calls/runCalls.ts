import {createLimiters, type Limiters} from "../../../inference/endpoints/limiters.js";
import type {RunManifest} from "../../../base/store/index.js";
import {ofAllStarts} from "../journal/askedModels.js";
import type {RunFolder} from "../journal/folder.js";
import {type AnswersFile, openSideAnswers} from "../journal/sideAnswers.js";
import {openStageAnswers} from "../journal/stageAnswers.js";
import type {EvalTask} from "../task.js";
import type {CallPrices} from "./callPrices.js";
import {createPreflightCalls, type PreflightCalls, READY_MS} from "./preflightCalls.js";
import type {OutageSettings, RunStageCalls} from "./executor.js";
import {type CountedScorerCalls, createScorerCalls} from "./scorerCalls.js";
import {createSideGuards, type SideGuards} from "./sideGuards.js";
import type {BudgetKeeper} from "./keepBudget.js";
import {createStageCalls} from "./stageCalls.js";

/** How fast endpoints are called, and what is done when they fail. */
export interface CallPace {
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
  limiters: Limiters;
  /** What is done about endpoints that fail or limit the rate. */
  outage: Omit<OutageSettings, "onGiveUp">;
}

/** The calls of a start: what all of them share, and those that are made beside its requests. */
export interface RunCalls {
  pace: CallPace;
  /** Of the models of cascades and reranked candidates. */
  stages: {calls: RunStageCalls; guards: SideGuards};
  /** Of scorers that ask a model. */
  scorers: {calls: CountedScorerCalls; guards: SideGuards};
  /** Before the first request. */
  preflights: PreflightCalls;
  /** Those of this start and of the earlier ones, as the manifest states them. */
  ofAllStarts(): Pick<RunManifest, "scorerCalls" | "preflightCalls">;
  close(): Promise<void>;
}

export interface RunCallsInputs extends Omit<CallPace, "limiters"> {
  spending: BudgetKeeper | undefined;
  prices: CallPrices;
  /** Names of stages' endpoints that answered an earlier start of the run, by its journal. */
  answered: readonly string[];
}

/** Opens the answers that were kept in the run's folder. */
export async function openRunCalls(
  {inputs: {store, options = {}}, effects}: Pick<EvalTask, "inputs" | "effects">,
  run: RunFolder,
  {spending, prices, concurrency, outage, answered}: RunCallsInputs
): Promise<RunCalls> {
  const answersOf = (file: AnswersFile, since?: string) =>
    openSideAnswers(store.workspace, run.id, {
      file,
      sealedAt: run.sealed?.sealedAt,
      ownOnly: options.noReuse,
      since
    });
  const scored = await answersOf("scorer-answers.ndjson");
  const since = new Date(effects.now() - READY_MS).toISOString();
  const checked = await answersOf("preflight-answers.ndjson", since);
  const limiters = createLimiters(concurrency);
  const answers = await openStageAnswers(store.workspace, run.id);
  const stageGuards = createSideGuards({limiters, outage, answered: [...answered, ...answers.endpoints]});
  const stageCalls = createStageCalls({limiters, guards: stageGuards, kept: {answers, prices}});
  const guards = createSideGuards({limiters, outage, answered: scored.endpoints});
  const scorerCalls = createScorerCalls({spending, prices, limiters, answers: scored, guards});
  const preflights = createPreflightCalls({spending, prices, answers: checked, now: effects.now});
  return {
    pace: {concurrency, limiters, outage},
    stages: {calls: stageCalls, guards: stageGuards},
    scorers: {calls: scorerCalls, guards},
    preflights,
    ofAllStarts: () => ({
      scorerCalls: ofAllStarts(scorerCalls.tally, scored.before, run.sealed?.scorerCalls),
      preflightCalls: ofAllStarts(preflights.tally, checked.before, run.sealed?.preflightCalls)
    }),
    async close() {
      await scored.close();
      await checked.close();
      await answers.close();
    }
  };
}
