import {aborted} from "./aborted.js";
import type {Effects} from "./effects.js";
import {EndpointError} from "./types.js";

/**
 * Runs one attempt under a time limit and the caller's signal. The signal given to `fn` is aborted with the
 * EndpointError ("timeout" or "aborted") that is then thrown, whatever `fn` itself fails with.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  effects: Effects,
  parent: AbortSignal | undefined,
  fn: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  if (parent?.aborted) throw aborted();
  const controller = new AbortController();
  let stopped: EndpointError | undefined;
  const stop = (error: EndpointError) => {
    stopped ??= error;
    controller.abort(stopped);
  };
  const onAbort = () => stop(aborted());
  parent?.addEventListener("abort", onAbort, {once: true});
  const cancel = effects.timer(timeoutMs, () =>
    stop(new EndpointError("timeout", `No complete answer within ${timeoutMs} ms.`))
  );
  try {
    return await fn(controller.signal);
  } catch (error) {
    throw stopped ?? error;
  } finally {
    cancel();
    parent?.removeEventListener("abort", onAbort);
  }
}
