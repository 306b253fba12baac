import {constants} from "node:os";
import {note} from "./terminal.js";

/** Aborts its signal at the first Ctrl-C, which `onFirst` may tell of; a second one ends the process. */
export function interruption(onFirst?: () => void): {signal: AbortSignal; dispose(): void} {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(130);
    onFirst?.();
    abort.abort();
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  return {
    signal: abort.signal,
    dispose: () => process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt)
  };
}

/** Says at Ctrl-C or SIGTERM what is left of the work, and ends the command with the signal's code; until it is called off. */
export function onStop(words: () => string): () => void {
  const stop = (signal: NodeJS.Signals) => {
    note(words());
    process.exit(128 + constants.signals[signal]);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return () => void process.off("SIGINT", stop).off("SIGTERM", stop);
}
