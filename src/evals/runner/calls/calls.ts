import {setMaxListeners} from "node:events";
import type {TokenCounter} from "../../../inference/endpoints/types.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {refusedByMachine} from "../../../base/system/index.js";
import type {AppendLog} from "../journal/appendLog.js";
import {completedOutcome, failedOutcome} from "../journal/outcome.js";
import type {SupersededCalls} from "../journal/superseded.js";
import type {ResolvedEval} from "../plan/resolve.js";
import type {CallOutcome, CallRequest, CreateExecutor, ExecutedRun, OutageSettings} from "./executor.js";
import type {CallPrices} from "./callPrices.js";
import {createOpenCalls, type EndedCall} from "./openCalls.js";
import {type Call, plannedCalls, type PlannedInputs} from "./planned.js";
import {createPool} from "./pool.js";
import {refusalOf} from "./refusal.js";
import type {RunCalls} from "./runCalls.js";
import {createScores} from "./scores.js";
import type {Spending} from "./spending.js";
import type {Tally} from "./tally.js";
import {withTokens} from "./withTokens.js";

export interface CallInputs extends PlannedInputs {
  resolved: ResolvedEval;
  journal: AppendLog;
  superseded: Pick<SupersededCalls, "add">;
  scoreLog: AppendLog;
  /** Told of each request that has its last word in the journal. */
  onEnded(n: number): void;
  tally: Tally;
  concurrency: number;
  /** Candidates, by their place, that were answered in an earlier start of the run. */
  answered: ReadonlySet<number>;
  /** The run's budget, shared with the calls of scorers. */
  spending?: Spending;
  prices: CallPrices;
  made: Pick<RunCalls, "limiters" | "stageCalls" | "scorerCalls" | "stageGuards" | "sideGuards">;
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
  const {plan, done, ready, spending, made, signal, abortSignal} = inputs;
  if (done.count >= plan.total) return undefined;
  const drained = new AbortController();
  setMaxListeners(0, drained.signal, ...(abortSignal ? [abortSignal] : []));
  const open = createOpenCalls(ready, inputs.prices, spending, made.stageCalls.earlierUsd);
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    spending?.close();
    made.sideGuards.end();
    drained.abort();
    open.stop();
  };
  spending?.onStop(stop);
  for (const guards of [made.sideGuards, made.stageGuards]) guards.onGiveUp(stop);
  const endpoints = new Map(ready.map(({record, prepared}) => [record.name, prepared.endpoint]));
  const executor = (inputs.createExecutor ?? createPool)({
    endpoints,
    concurrency: inputs.concurrency,
    limiters: made.limiters,
    stageCalls: made.stageCalls,
    outage: {...inputs.outage, onGiveUp: stop},
    run: inputs.run
  });
  const scores = createScores({
    ...inputs,
    scorerCalls: made.scorerCalls,
    most: 2 * inputs.concurrency * endpoints.size + 64,
    signal: abortSignal,
    onFailure: () => stop("an error"),
    onUseless: stop
  });
  const counters = await Promise.all(ready.map(({prepared}) => prepared.endpoint.tokenCounter?.()));
  const keep = outcomeKeeper(inputs, counters);
  const onSignal = () => stop("interrupted");
  signal?.addEventListener("abort", onSignal);
  if (signal?.aborted) onSignal();

  async function* requests(): AsyncGenerator<CallRequest> {
    for await (const calls of plannedCalls(inputs))
      for (const call of calls) {
        if (stopped) return;
        if (call.barred) {
          keep.barred(call, call.barred);
          continue;
        }
        const room = scores.room();
        if (room) await room;
        const request = open.request(call);
        const held = request instanceof Promise ? await request : request;
        if (held) yield held;
      }
    yield* open.postponed();
  }
  const withoutRefused = refusedKeys(inputs, stop);
  const take = (outcomes: readonly CallOutcome[]) => {
    const ended = open.ended(outcomes);
    const {refused, others} = withoutRefused(ended);
    keep.refused(refused);
    keep.ended(others);
    for (const {call, outcome} of ended) if (outcome.completion) scores.push(call, outcome.completion);
  };

  try {
    const outcomes = executor.execute(requests(), {
      signal: drained.signal,
      abortSignal,
      mayStart: spending && ((request) => open.mayStart(request)),
      mayRetry: spending && (async (request, failed) => open.mayRetry(request, failed))
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

/** Stops at a key that is refused: such a call is missing, and the next start asks for it, perhaps with another key. */
function refusedKeys({ready, answered}: Pick<CallInputs, "ready" | "answered">, stop: (why: string) => void) {
  const endpointOf = (candidate: number) => ready[candidate]!.prepared.endpoint;
  const answering = new Set(Array.from(answered, (candidate) => endpointOf(candidate).name));
  const isRefused = ({call, outcome}: EndedCall): boolean => {
    const {name, stages} = endpointOf(call.candidate);
    // Keys of a cascade's models are for its guards.
    const reason = stages ? undefined : refusalOf(name, outcome.error, answering.has(name));
    if (reason !== undefined) stop(reason);
    return reason !== undefined;
  };
  return (ended: readonly EndedCall[]) => {
    for (const {call, outcome} of ended)
      if (outcome.completion) answering.add(endpointOf(call.candidate).name);
    const refused: EndedCall[] = [];
    const others: EndedCall[] = [];
    for (const one of ended) (isRefused(one) ? refused : others).push(one);
    return {refused, others};
  };
}

/** Puts outcomes into the journal, and counts them when they are there. */
function outcomeKeeper(
  {
    journal,
    superseded,
    onEnded,
    tally,
    now,
    ready,
    made
  }: Pick<CallInputs, "journal" | "superseded" | "onEnded" | "tally" | "now" | "ready" | "made">,
  counters: readonly (TokenCounter | undefined)[]
) {
  /** Keeps what a call took that has not ended its request. What a cascade's models took is kept with their answers. */
  const paid = ({call, costUsd}: EndedCall) => {
    if (!costUsd || ready[call.candidate]!.prepared.endpoint.stages) return;
    superseded.add(costUsd);
    tally.paid(costUsd);
  };
  return {
    refused(calls: readonly EndedCall[]) {
      for (const one of calls) paid(one);
    },
    barred(call: Call, why: NonNullable<Call["barred"]>) {
      journal.push(failedOutcome({n: call.n, key: ""}, why, new Date(now()).toISOString()));
      onEnded(call.n);
      tally.barred(call.candidate);
    },
    ended(ended: readonly EndedCall[]) {
      const at = new Date(now()).toISOString();
      const kept: EndedCall[] = [];
      for (const one of ended) {
        const {call, outcome} = one;
        const {key, completion, error, uncounted = 0} = outcome;
        tally.uncounted(uncounted);
        // What was stopped or put off has not ended: it is missing, and this start or the next asks for it.
        if (error?.kind === "aborted" || outcome.postponed) {
          paid(one);
          continue;
        }
        const place = {n: call.n, key};
        journal.push(
          completion
            ? completedOutcome(place, withTokens(completion, call.messages, counters[call.candidate]), at)
            : failedOutcome(place, error, at)
        );
        kept.push(one);
      }
      journal.flush();
      for (const {call, outcome, costUsd} of kept) {
        onEnded(call.n);
        // Workers may die of a job before they have begun all of its calls.
        if (outcome.error?.attempts === 0) tally.barred(call.candidate);
        else tally.ended(call.candidate, outcome.error !== undefined, costUsd);
        if (ready[call.candidate]!.prepared.endpoint.stages)
          made.stageCalls.ended(outcome.key, outcome.completion !== undefined);
      }
    }
  };
}

function stoppedBy(error: unknown): Error {
  if (error instanceof UserError) return error;
  const refused = refusedByMachine(error);
  const KEPT = "What was journaled is kept; start it again to continue.";
  return refused === undefined
    ? new Error(`the run stopped: ${messageOf(error)}. ${KEPT}`, {cause: error})
    : new UserError(`the run stopped: ${refused} ${KEPT}`, {cause: error});
}
