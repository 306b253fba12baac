import {duration} from "./duration.js";

let started: number | undefined;

/** From now on the lines of steps begin with the time since then. */
export function timeSteps(): void {
  started = Date.now();
}

export function timed(text: string): string {
  if (started === undefined) return text;
  return `${duration((Date.now() - started) / 1000).padStart(5)}  ${text}`;
}
