import {Passing} from "../../base/system/passing.js";
import {EndpointError} from "./types.js";

export function aborted(): EndpointError {
  return new EndpointError("aborted", "The call was stopped before it finished.");
}

/** What waits for a signal, and the one listener that tells it. */
interface AbortListeners {
  told: Passing<() => void>;
  listener(): void;
}

const waitingFor = new WeakMap<AbortSignal, AbortListeners>();

/**
 * Calls `fn` when the signal fires, until the function that it returns is called. All that wait for one signal share a listener:
 * a signal looks through all of its own whenever one is added or taken away.
 */
export function onAborted(signal: AbortSignal, fn: () => void): () => void {
  const {told, listener} = waitingFor.get(signal) ?? listenTo(signal);
  const number = told.add(fn);
  let waits = true;
  return () => {
    if (!waits) return;
    waits = false;
    told.remove(number);
    if (told.size > 0) return;
    signal.removeEventListener("abort", listener);
    waitingFor.delete(signal);
  };
}

function listenTo(signal: AbortSignal): AbortListeners {
  const told = new Passing<() => void>();
  const listener = () => told.forEach((fn) => fn());
  signal.addEventListener("abort", listener, {once: true});
  const waiting = {told, listener};
  waitingFor.set(signal, waiting);
  return waiting;
}
