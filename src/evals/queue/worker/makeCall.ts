import {askedCompletion, type AttemptOutcome, type Endpoint} from "../../../inference/endpoints/index.js";
import {
  type CallOutcome,
  type CallRequest,
  callError,
  countUncounted,
  guardedAttempts
} from "../../runner/index.js";
import {observedCall, underTrace} from "../../../inference/telemetry/index.js";
import type {CallJobData} from "../protocol.js";
import type {CoordinatorChannel} from "./coordinatorChannel.js";
import type {Slots} from "./slots.js";

export interface SlottedCall {
  job: CallJobData;
  request: CallRequest;
  /** How often workers that died had begun it. */
  begunBefore: number;
  signal: AbortSignal;
}

export interface CallMeans {
  endpoint: Endpoint;
  slots: Pick<Slots, "hooks" | "usedBeyond">;
  channel: Pick<CoordinatorChannel, "mayRetry">;
  /** Called before the endpoint is. */
  onCall(): void;
}

/** Makes a call that holds a slot, with its retries. */
export async function makeCall(
  {job, request, begunBefore, signal}: SlottedCall,
  {endpoint, slots, channel, onCall}: CallMeans
): Promise<CallOutcome> {
  const {key, model, messages, params, tools, rowId, repeat, estimateTokens} = request;
  const mayRetry = job.asksBeforeRetry
    ? (asked: CallRequest, failed: AttemptOutcome) => channel.mayRetry(job.run, asked.key, failed, signal)
    : undefined;
  let attempts = 0;
  const hooks = slots.hooks(job, estimateTokens);
  const counted = countUncounted(
    {
      ...hooks,
      onAttempt(outcome) {
        attempts = outcome.attempt;
        hooks.onAttempt?.(outcome);
      }
    },
    // What dead workers began may have been paid for.
    begunBefore
  );
  const ended = (outcome: CallOutcome): CallOutcome => ({...outcome, uncounted: counted.uncounted()});
  try {
    const died: AttemptOutcome = {attempt: begunBefore, latencyMs: 0, kind: "aborted"};
    if (begunBefore > 0 && mayRetry && !(await mayRetry(request, died)))
      return ended({key, error: {kind: "aborted", message: "Another attempt was not allowed."}});
    onCall();
    const asked = {model, messages, params, tools};
    const attempting = guardedAttempts(request, counted.hooks, mayRetry);
    const completion = await underTrace(job.trace, () =>
      observedCall(endpoint, asked, () =>
        askedCompletion(endpoint, asked, {rowId, repeat, attempts: attempting, signal})
      )
    );
    const {usage} = completion;
    if (usage)
      slots.usedBeyond(
        job,
        usage.promptTokens + usage.completionTokens - estimateTokens * Math.max(1, attempts)
      );
    return ended({key, completion});
  } catch (error) {
    return ended({key, error: callError(error)});
  }
}
