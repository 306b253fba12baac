import {createLimiters, type Limiters} from "../../../inference/endpoints/limiters.js";
import {ofAllStarts} from "../journal/askedModels.js";
import {type AnswersFile, openSideAnswers} from "../journal/sideAnswers.js";
import {openStageAnswers} from "../journal/stageAnswers.js";
import type {PlannedRun} from "../makeRun.js";
import type {CallPrices} from "./callPrices.js";
import {createPreflightCalls, READY_MS} from "./preflightCalls.js";
import type {OutageSettings} from "./executor.js";
import {createScorerCalls} from "./scorerCalls.js";
import {createSideGuards} from "./sideGuards.js";
import type {Spending} from "./spending.js";
import {createStageCalls} from "./stageCalls.js";

/** What a start's calls share, and those beside its rows, with the answers of before. */
export type RunCalls = Awaited<ReturnType<typeof openRunCalls>>;

export interface RunCallsInputs {
  spending: Spending | undefined;
  prices: CallPrices;
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
  /** What is done about endpoints that fail or limit the rate. */
  outage: Omit<OutageSettings, "onGiveUp">;
  /** Names of stages' endpoints that answered an earlier start of the run, by its journal. */
  answered: readonly string[];
}

/** Opens the answers that were kept in the run's folder. */
export async function openRunCalls(
  {inputs: {store, options = {}}, effects, run}: Pick<PlannedRun, "inputs" | "effects" | "run">,
  {spending, prices, concurrency, outage, answered}: RunCallsInputs
) {
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
  const limiters: Limiters = createLimiters(concurrency);
  const answers = await openStageAnswers(store.workspace, run.id);
  const stageGuards = createSideGuards({limiters, outage, answered: [...answered, ...answers.endpoints]});
  const stageCalls = createStageCalls({limiters, guards: stageGuards, kept: {answers, prices}});
  const sideGuards = createSideGuards({limiters, outage, answered: scored.endpoints});
  const scorerCalls = createScorerCalls({spending, prices, limiters, answers: scored, guards: sideGuards});
  const preflightCalls = createPreflightCalls({spending, prices, answers: checked, now: effects.now});
  return {
    limiters,
    stageCalls,
    stageGuards,
    sideGuards,
    scorerCalls,
    preflightCalls,
    ofAllStarts: () => ({
      scorerCalls: ofAllStarts(scorerCalls.tally, scored.before, run.sealed?.scorerCalls),
      preflightCalls: ofAllStarts(preflightCalls.tally, checked.before, run.sealed?.preflightCalls)
    }),
    async close() {
      await scored.close();
      await checked.close();
      await answers.close();
    }
  };
}
