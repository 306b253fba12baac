import {constants} from "node:os";
import {note} from "../../terminal/terminal.js";

/** What a command is at when it is interrupted. */
export type InterruptedWork =
  /** Calls are in flight, which are paid for. */
  | "calling"
  /** Candidates or requests are prepared: it stops where it can go on. */
  | "preparing"
  /** What has ended is written down. */
  | "sealing"
  /** Something is computed that nobody loses when the process ends: a split is measured, a verdict is made. */
  | "computing";

export interface InterruptSignals {
  signal: AbortSignal;
  abortSignal: AbortSignal;
  /** Says what the command is at; it is calling unless told. */
  at(work: InterruptedWork): void;
  dispose(): void;
}

/** How long what is computed has to notice. */
const GRACE_MS = 1000;

const WORDS: Record<InterruptedWork, string> = {
  calling: "Finishing the calls in flight; what is paid for is kept. Ctrl-C again stops them.",
  preparing: "Stopping before the first call. Ctrl-C again ends at once.",
  sealing: "Writing down what has ended. Ctrl-C again ends at once.",
  computing: "Stopping. No call is in flight; the same command goes on."
};

/** The first Ctrl-C drains, the second stops the calls in flight, the third ends the process; what is computed ends with the first. */
export function interruptSignals(): InterruptSignals {
  const drain = new AbortController();
  const abort = new AbortController();
  let work: InterruptedWork = "calling";
  let ending: NodeJS.Timeout | undefined;
  const onInterrupt = (name: NodeJS.Signals = "SIGINT") => {
    const end = () => process.exit(128 + constants.signals[name]);
    if (abort.signal.aborted || (drain.signal.aborted && work !== "calling")) end();
    if (drain.signal.aborted) {
      note("\nStopping the calls in flight. Ctrl-C again ends at once.");
      abort.abort();
      return;
    }
    note(`\n${WORDS[work]}`);
    drain.abort();
    if (work === "computing") ending = setTimeout(end, GRACE_MS);
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  return {
    signal: drain.signal,
    abortSignal: abort.signal,
    at: (now) => void (work = now),
    dispose: () => {
      clearTimeout(ending);
      process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
    }
  };
}
