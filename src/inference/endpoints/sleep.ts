import type {EndpointEffects} from "./effects.js";
import {aborted} from "./aborted.js";

/** Resolves after `ms`; rejects at once with an "aborted" EndpointError when the signal fires. */
export function sleep(ms: number, effects: EndpointEffects, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    const onAbort = () => {
      cancel();
      reject(aborted());
    };
    const cancel = effects.timer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, {once: true});
  });
}
