import type {AttemptOutcome, Endpoint} from "../../inference/endpoints/index.js";
import {
  type CallOutcome,
  type CallRequest,
  callError,
  countUncounted,
  guardedAttempts
} from "../runner/index.js";
import {observedCall, underTrace} from "../../inference/telemetry/index.js";
import type {Places} from "./places.js";
import type {JobData} from "./protocol.js";
import type {Telling} from "./telling.js";

export interface WorkersCall {
  job: JobData;
  request: CallRequest;
  /** A worker that died had begun it. */
  begun: boolean;
  signal: AbortSignal;
}

export interface CallMeans {
  endpoint: Endpoint;
  places: Places;
  telling: Telling;
  /** Told before the endpoint is asked. */
  onCall(): void;
}

/** Makes a call that has its place, with its retries. */
export async function makeCall(
  {job, request, begun, signal}: WorkersCall,
  {endpoint, places, telling, onCall}: CallMeans
): Promise<CallOutcome> {
  const {key, model, messages, params, tools, rowId, repeat, estimateTokens} = request;
  const mayRetry = job.asks
    ? (asked: CallRequest, failed: AttemptOutcome) => telling.question(job.scope, asked.key, failed, signal)
    : undefined;
  let attempts = 0;
  const hooks = places.hooks(job, estimateTokens);
  const counted = countUncounted(
    {
      ...hooks,
      onAttempt(outcome) {
        attempts = outcome.attempt;
        hooks.onAttempt?.(outcome);
      }
    },
    // What the dead worker began may have been paid for.
    begun ? 1 : 0
  );
  const ended = (outcome: CallOutcome): CallOutcome => ({...outcome, uncounted: counted.uncounted()});
  try {
    if (begun && mayRetry && !(await mayRetry(request, {attempt: 1, latencyMs: 0, kind: "aborted"})))
      return ended({key, error: {kind: "aborted", message: "Another attempt was not allowed."}});
    onCall();
    const asked = {model, messages, params, tools};
    const attempting = guardedAttempts(request, counted.hooks, mayRetry);
    const completion = await underTrace(job.trace, () =>
      observedCall(endpoint, asked, () =>
        endpoint.complete(asked, {rowId, repeat, attempts: attempting, signal})
      )
    );
    const {usage} = completion;
    if (usage)
      places.used(job, usage.promptTokens + usage.completionTokens - estimateTokens * Math.max(1, attempts));
    return ended({key, completion});
  } catch (error) {
    return ended({key, error: callError(error)});
  }
}
