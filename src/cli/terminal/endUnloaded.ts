import {writeSync} from "node:fs";

/** Ends with an error's message, for when nothing more can be loaded that would say it better. */
export function endUnloaded(error: unknown): never {
  const {code, message = String(error)} = (error ?? {}) as NodeJS.ErrnoException;
  const advice = code === "EMFILE" ? " Raise the limit of open files (`ulimit -n`)." : "";
  writeSync(2, `assay: ${message}.${advice}\n`);
  process.exit(1);
}
