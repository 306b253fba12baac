import {setMaxListeners} from "node:events";
import {messageOf, UserError} from "../../store/index.js";
import type {AppendLog} from "../journal/appendLog.js";
import {completedOutcome, failedOutcome, type Outcome} from "../journal/outcome.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {ResolvedEval} from "../plan/resolve.js";
import type {ScorerCalls} from "../../scorers/index.js";
import {worstCaseUsd} from "./budget.js";
import type {CallOutcome, CallRequest, CreateExecutor, ExecutedRun, OutageSettings} from "./executor.js";
import {type Call, plannedCalls, type PlannedInputs} from "./planned.js";
import {createPool} from "./pool.js";
import {createScores} from "./scores.js";
import type {Spending} from "./spending.js";
import type {Tally} from "./tally.js";

export interface CallInputs extends PlannedInputs {
  resolved: ResolvedEval;
  journal: AppendLog;
  scoreLog: AppendLog;
  tally: Tally;
  concurrency: number;
  /** The run's budget, shared with the calls of scorers. */
  spending?: Spending;
  scorerCalls: ScorerCalls;
  /** Wall clock in milliseconds since 1970. */
  now(): number;
  /** Stops feeding; calls in flight are waited for. */
  signal?: AbortSignal;
  /** Stops calls in flight too. */
  abortSignal?: AbortSignal;
  /** How long an endpoint that only fails is waited for, and who is told of it. */
  outage?: Omit<OutageSettings, "onGiveUp">;
  /** Who makes the calls; this process when absent. */
  createExecutor?: CreateExecutor;
  run?: ExecutedRun;
}

/**
 * Makes every call of the plan that is not done, through an executor. Budget, journal, counts and scores are kept here:
 * an outcome is in the journal before it is counted or scored, and before its call's place is given to another; one
 * that comes twice counts once. Returns why it stopped early, if it did.
 */
export async function makeCalls(inputs: CallInputs): Promise<string | undefined> {
  const {plan, done, signal, abortSignal} = inputs;
  if (done.count >= plan.total) return undefined;
  const drained = new AbortController();
  setMaxListeners(0, drained.signal, ...(abortSignal ? [abortSignal] : []));
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    spending?.close();
    drained.abort();
    wake?.();
  };
  const {spending} = inputs;
  spending?.onStop(stop);
  const endpoints = new Map(inputs.ready.map(({record, prepared}) => [record.name, prepared.endpoint]));
  const executor = (inputs.createExecutor ?? createPool)({
    endpoints,
    concurrency: inputs.concurrency,
    outage: {...inputs.outage, onGiveUp: stop},
    run: inputs.run
  });
  const scores = createScores({
    ...inputs,
    most: 2 * inputs.concurrency * endpoints.size + 64,
    signal: abortSignal,
    onFailure: () => stop("an error"),
    onUseless: stop
  });
  const open = new Map<string, Call>();
  /** Keys of calls whose next attempt did not fit in the budget, and those of them that have ended. */
  const refused = new Set<string>();
  const postponed: Call[] = [];
  let wake: (() => void) | undefined;
  const keep = outcomeKeeper(inputs);
  const onSignal = () => stop("interrupted");
  signal?.addEventListener("abort", onSignal);
  if (signal?.aborted) onSignal();

  async function* requests(): AsyncGenerator<CallRequest> {
    for await (const call of plannedCalls(inputs)) {
      if (stopped) return;
      if (call.barred) {
        keep.barred(call, call.barred);
        continue;
      }
      await scores.room();
      yield* requested(call);
    }
    while (spending && !stopped && (open.size > 0 || postponed.length > 0)) {
      const call = postponed.shift();
      if (call) yield* requested(call);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  async function* requested(call: Call): AsyncGenerator<CallRequest> {
    const request = requestOf(call, inputs.ready[call.candidate]!, spending !== undefined);
    if (spending && !(await spending.reserve(request))) return;
    open.set(call.key, call);
    yield request;
  }
  const take = (outcomes: readonly CallOutcome[]) => {
    const ended: {call: Call; outcome: CallOutcome}[] = [];
    for (const outcome of outcomes) {
      const call = open.get(outcome.key);
      // It has been told already.
      if (!call || !open.delete(outcome.key)) continue;
      spending?.settle(outcome);
      if (refused.delete(outcome.key) && outcome.error?.kind === "aborted") postponed.push(call);
      ended.push({call, outcome});
    }
    keep.ended(ended);
    wake?.();
    for (const {call, outcome} of ended) {
      if (outcome.completion) scores.push(call, outcome.completion);
      else if (outcome.error.kind === "auth")
        stop(`${inputs.ready[call.candidate]!.prepared.endpoint.name} refused the key`);
    }
  };

  try {
    const outcomes = executor.execute(requests(), {
      signal: drained.signal,
      abortSignal,
      mayRetry:
        spending &&
        (async (request, failed) => {
          const allowed = spending.reserveAgain(request, failed);
          if (!allowed) refused.add(request.key);
          return allowed;
        })
    });
    try {
      for await (const batch of outcomes) take(batch);
    } finally {
      signal?.removeEventListener("abort", onSignal);
      await scores.end();
    }
  } catch (error) {
    throw stoppedBy(error);
  }
  return stopped;
}

/** Puts outcomes into the journal, and counts them when they are there. */
function outcomeKeeper({journal, tally, now}: Pick<CallInputs, "journal" | "tally" | "now">) {
  const count = ({candidate}: Call, {status, cost_usd}: Outcome) =>
    tally.ended(candidate, status === "failed", cost_usd);
  return {
    barred(call: Call, why: NonNullable<Call["barred"]>) {
      const outcome = failedOutcome("", why, new Date(now()).toISOString());
      journal.push({n: call.n, ...outcome});
      tally.barred(call.candidate);
    },
    ended(ended: readonly {call: Call; outcome: CallOutcome}[]) {
      const at = new Date(now()).toISOString();
      const kept: {call: Call; outcome: Outcome}[] = [];
      for (const {
        call,
        outcome: {key, completion, error}
      } of ended) {
        // What was stopped has not ended: it is missing, and the next start asks for it.
        if (error?.kind === "aborted") continue;
        const outcome = completion ? completedOutcome(key, completion, at) : failedOutcome(key, error, at);
        journal.push({n: call.n, ...outcome});
        kept.push({call, outcome});
      }
      journal.flush();
      for (const {call, outcome} of kept) count(call, outcome);
    }
  };
}

function requestOf(call: Call, {candidate, prepared, record}: ReadyCandidate, priced: boolean): CallRequest {
  const {key, messages, rowId, repeat, tokens} = call;
  const {params, tools} = candidate;
  return {
    key,
    candidate: record.name,
    endpoint: prepared.endpoint.name,
    model: prepared.model,
    messages,
    params,
    tools,
    rowId,
    repeat,
    estimateTokens: tokens + (params?.max_tokens ?? 0),
    worstCaseUsd: priced
      ? worstCaseUsd(
          prepared.endpoint.price?.(prepared.model),
          Buffer.byteLength(JSON.stringify(messages)),
          params?.max_tokens
        )
      : undefined
  };
}

function stoppedBy(error: unknown): Error {
  if (error instanceof UserError) return error;
  return new Error(
    `the run stopped: ${messageOf(error)}. What was journaled is kept; start it again to continue.`,
    {cause: error}
  );
}
