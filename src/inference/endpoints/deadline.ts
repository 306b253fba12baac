import {aborted, onAborted} from "./aborted.js";
import type {EndpointEffects} from "./effects.js";
import {EndpointError} from "./types.js";

/** What ends one attempt before its answer: its time limit, or whoever asked for it. A signal is made for whom needs one. */
export class AttemptDeadline {
  private why: EndpointError | undefined;
  private controller: AbortController | undefined;
  private readonly told: ((reason: EndpointError) => void)[] = [];

  /** Undefined while the attempt may go on. */
  get reason(): EndpointError | undefined {
    return this.why;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.why) this.controller.abort(this.why);
    }
    return this.controller.signal;
  }

  /** Calls `fn` once, when the attempt is to end. */
  tell(fn: (reason: EndpointError) => void): void {
    if (this.why) fn(this.why);
    else this.told.push(fn);
  }

  /** Only the first reason counts. */
  end(reason: EndpointError): void {
    if (this.why) return;
    this.why = reason;
    this.controller?.abort(reason);
    for (const fn of this.told) fn(reason);
  }
}

/** An attempt's time limit and its caller's signal, until `end` is called. */
export interface Deadline {
  stop: AttemptDeadline;
  end(): void;
}

/** Throws EndpointError "aborted" when the signal has fired. */
export function startDeadline(
  timeoutMs: number,
  effects: EndpointEffects,
  parent: AbortSignal | undefined
): Deadline {
  if (parent?.aborted) throw aborted();
  const stop = new AttemptDeadline();
  const leave = parent && onAborted(parent, () => stop.end(aborted()));
  const cancel = effects.timer(timeoutMs, () =>
    stop.end(new EndpointError("timeout", `No complete answer within ${timeoutMs} ms.`))
  );
  return {
    stop,
    end() {
      cancel();
      leave?.();
    }
  };
}

/**
 * Runs one attempt under a time limit and the caller's signal. What is given to `fn` ends with the
 * EndpointError ("timeout" or "aborted") that is then thrown, whatever `fn` itself fails with.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  effects: EndpointEffects,
  parent: AbortSignal | undefined,
  fn: (stop: AttemptDeadline) => Promise<T>
): Promise<T> {
  const {stop, end} = startDeadline(timeoutMs, effects, parent);
  try {
    return await fn(stop);
  } catch (error) {
    throw stop.reason ?? error;
  } finally {
    end();
  }
}
