import type {AttemptHooks} from "../../../inference/endpoints/types.js";
import {mayBeBilled} from "./callErrors.js";

/** Hooks of a call, and what they have counted. */
export interface UncountedAttempts {
  hooks: AttemptHooks;
  /** Attempts that failed, may have been billed, and told no usage; undefined without any. */
  uncounted(): number | undefined;
}

/** @param begun attempts that somebody else had begun, and nobody knows the end of */
export function countUncounted(attempts: AttemptHooks, begun = 0): UncountedAttempts {
  let uncounted = begun;
  // Members of one literal, here and wherever each call makes an object: V8 copies a spread one by one, and keeps an object with
  // an accessor of its own as a dictionary.
  return {
    hooks: {
      beforeRetry: attempts.beforeRetry,
      stopRetries: attempts.stopRetries,
      onAttempt(outcome) {
        const {kind, spent} = outcome;
        if (kind && !spent && mayBeBilled({...outcome, kind})) uncounted++;
        attempts.onAttempt?.(outcome);
      }
    },
    uncounted: () => uncounted || undefined
  };
}
