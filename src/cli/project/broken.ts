import {note} from "../terminal/terminal.js";

/** A file of data-loaders/ or evals/ that gives nothing to work with. */
export interface Broken {
  /** From the project's folder. */
  path: string;
  /** For a person, beginning with the path. */
  message: string;
}

/** Says what is broken; the command goes on with the rest and ends with an exit code other than 0. */
export function reportBroken(broken: readonly Broken[]): void {
  for (const {message} of broken) note(`assay: ${message}`, {level: "error"});
  if (broken.length > 0) process.exitCode = 1;
}

/** Says what is broken beside what was asked for: the exit code goes by that. */
export function warnOfBroken(broken: readonly Broken[]): void {
  for (const {message} of broken) note(`! ${message}`, {level: "warn"});
}
