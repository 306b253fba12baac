import {duration} from "./duration.js";

let started: number | undefined;

/** Lines of steps begin with the time since a moment, in milliseconds; with no time when undefined. */
export function timeSteps(since: number | undefined): void {
  started = since;
}

export function timed(text: string): string {
  if (started === undefined) return text;
  return `${duration((Date.now() - started) / 1000).padStart(5)}  ${text}`;
}
