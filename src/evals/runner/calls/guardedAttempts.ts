import {type AttemptHooks, type AttemptOutcome, EndpointError} from "../../../inference/endpoints/types.js";
import type {CallRequest, ExecuteOptions} from "./executor.js";

/** A limiter's hooks that also ask `mayRetry` before each attempt after the first. */
export function guardedAttempts(
  request: CallRequest,
  attempts: AttemptHooks,
  mayRetry: ExecuteOptions["mayRetry"]
): AttemptHooks {
  if (!mayRetry) return attempts;
  let failed: AttemptOutcome | undefined;
  return {
    stopRetries: attempts.stopRetries,
    onAttempt(outcome) {
      failed = outcome;
      attempts.onAttempt?.(outcome);
    },
    async beforeRetry(signal) {
      if (failed && !(await mayRetry(request, failed)))
        throw new EndpointError("aborted", "Another attempt was not allowed.");
      await attempts.beforeRetry?.(signal);
    }
  };
}
