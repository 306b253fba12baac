import type {CandidateView} from "../site/types.js";
import {count} from "./format.js";

/** Of which answers a latency is, where that is not all of them, and under which load it was taken. */
export function latencyNote(
  view: Pick<CandidateView, "completed" | "untimed"> | undefined,
  concurrency?: number
): string[] {
  const {completed = 0, untimed = 0} = view ?? {};
  return [
    ...(untimed > 0 && untimed < completed
      ? [`of the ${count(completed - untimed)} answers whose time is known`]
      : []),
    ...(concurrency === undefined ? [] : [`up to ${count(concurrency)} requests in flight`])
  ];
}
