import {constants} from "node:os";
import {note} from "./terminal.js";

/** Says at Ctrl-C or SIGTERM what is left of the work, and ends the command with the signal's code; until it is called off. */
export function onStop(words: () => string): () => void {
  const stop = (signal: NodeJS.Signals) => {
    note(words());
    process.exit(128 + constants.signals[signal]);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return () => void process.off("SIGINT", stop).off("SIGTERM", stop);
}
