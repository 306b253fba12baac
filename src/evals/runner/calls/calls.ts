import {setMaxListeners} from "node:events";
import type {TokenCounter} from "../../../inference/endpoints/types.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {sensitivityOf} from "../../../data/privacy/index.js";
import {refusedByMachine} from "../../../base/system/index.js";
import {completedOutcome, failedOutcome} from "../journal/outcome.js";
import type {Run} from "../run.js";
import type {CallOutcome, CallRequest, Executor} from "./executor.js";
import {createOpenCalls, type CallResult} from "./openCalls.js";
import {type Call, plannedCalls} from "./planned.js";
import {createPool} from "./pool.js";
import {refusalOf} from "./callErrors.js";
import {createScores} from "./scores.js";
import {withTokens} from "./answerTokens.js";

/**
 * Makes every call of the plan that is not done, through an executor. Budget, journal, counts and scores are kept here:
 * an outcome is in the journal before it is counted or scored, and before its call's place is given to another; one
 * that comes twice counts once. Returns why it stopped early, if it did.
 */
export async function makeCalls(run: Run): Promise<string | undefined> {
  const {
    requests: {plan, ready},
    journal,
    budget,
    calls
  } = run;
  const {signal, abortSignal} = run.task.inputs;
  const {done} = journal.settled;
  const {spending} = budget;
  if (done.count >= plan.total) return undefined;
  const drained = new AbortController();
  setMaxListeners(0, drained.signal, ...(abortSignal ? [abortSignal] : []));
  const open = createOpenCalls(ready, budget.prices, spending, calls.stages.calls.earlierUsd);
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    spending?.close();
    calls.scorers.guards.end();
    drained.abort();
    open.stop();
  };
  spending?.onStop(stop);
  for (const {guards} of [calls.scorers, calls.stages]) guards.onGiveUp(stop);
  const executor = executorOf(run, stop);
  const scores = createScores(run, {
    most: 2 * calls.pace.concurrency * ready.length + 64,
    onFailure: () => stop("an error"),
    onUseless: stop
  });
  const counters = await Promise.all(ready.map(({prepared}) => prepared.endpoint.tokenCounter?.()));
  const keep = outcomeKeeper(run, counters);
  const onSignal = () => stop("interrupted");
  signal?.addEventListener("abort", onSignal);
  if (signal?.aborted) onSignal();

  async function* requests(): AsyncGenerator<CallRequest> {
    for await (const batch of plannedCalls(run.place.db, run.requests, done))
      for (const call of batch) {
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
  const withoutRefused = refusedKeys(run, stop);
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
function refusedKeys({requests: {ready}, journal}: Run, stop: (why: string) => void) {
  const endpointOf = (candidate: number) => ready[candidate]!.prepared.endpoint;
  const answering = new Set(Array.from(journal.settled.answered, (candidate) => endpointOf(candidate).name));
  const isRefused = ({call, outcome}: CallResult): boolean => {
    const {name, stages} = endpointOf(call.candidate);
    // Keys of a cascade's models are for its guards.
    const reason = stages ? undefined : refusalOf(name, outcome.error, answering.has(name));
    if (reason !== undefined) stop(reason);
    return reason !== undefined;
  };
  return (ended: readonly CallResult[]) => {
    for (const {call, outcome} of ended)
      if (outcome.completion) answering.add(endpointOf(call.candidate).name);
    const refused: CallResult[] = [];
    const others: CallResult[] = [];
    for (const one of ended) (isRefused(one) ? refused : others).push(one);
    return {refused, others};
  };
}

/** Who makes the calls: this process, or what the person gave. */
function executorOf(
  {task, requests: {ready}, lease, calls}: Run,
  onGiveUp: (reason: string) => void
): Executor {
  const {createExecutor = createPool, store, version} = task.inputs;
  return createExecutor({
    endpoints: new Map(ready.map(({record, prepared}) => [record.name, prepared.endpoint])),
    concurrency: calls.pace.concurrency,
    limiters: calls.pace.limiters,
    stageCalls: calls.stages.calls,
    outage: {...calls.pace.outage, onGiveUp},
    run: {id: lease.run.id, store: store.workspace.dir, sensitivity: sensitivityOf(version)}
  });
}

/** Puts outcomes into the journal, and counts them when they are there. */
function outcomeKeeper(
  {
    task: {
      effects: {now}
    },
    requests: {ready},
    journal,
    calls,
    tally
  }: Run,
  counters: readonly (TokenCounter | undefined)[]
) {
  /** Keeps what a call took that has not ended its request. What a cascade's models took is kept with their answers. */
  const paid = ({call, costUsd}: CallResult) => {
    if (!costUsd || ready[call.candidate]!.prepared.endpoint.stages) return;
    journal.superseded.add(costUsd);
    tally.paid(costUsd);
  };
  return {
    refused(results: readonly CallResult[]) {
      for (const one of results) paid(one);
    },
    barred(call: Call, why: NonNullable<Call["barred"]>) {
      journal.calls.push(failedOutcome({n: call.n, key: ""}, why, new Date(now()).toISOString()));
      journal.ended.ended(call.n);
      tally.barred(call.candidate);
    },
    ended(ended: readonly CallResult[]) {
      const at = new Date(now()).toISOString();
      const kept: CallResult[] = [];
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
        journal.calls.push(
          completion
            ? completedOutcome(place, withTokens(completion, call.messages, counters[call.candidate]), at)
            : failedOutcome(place, error, at)
        );
        kept.push(one);
      }
      journal.calls.flush();
      for (const {call, outcome, costUsd} of kept) {
        journal.ended.ended(call.n);
        // Workers may die of a job before they have begun all of its calls.
        if (outcome.error?.attempts === 0) tally.barred(call.candidate);
        else tally.ended(call.candidate, outcome.error !== undefined, costUsd);
        if (ready[call.candidate]!.prepared.endpoint.stages)
          calls.stages.calls.ended(outcome.key, outcome.completion !== undefined);
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
