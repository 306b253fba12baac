import type {CandidateView} from "../../site/types.js";
import {count, duration, plural} from "../text/format.js";

/** The 95th percentile's interval; nothing where none can be told. */
export function latencyInterval({
  p95LatencyInterval: found
}: Pick<CandidateView, "p95LatencyInterval">): string[] {
  return found ? [`${duration(found.low)} to ${duration(found.high)}`] : [];
}

/**
 * Of which answers a latency is, where that is not all of them, and under which load it was taken.
 * @param planned answers that the run was to have of the candidate
 */
export function latencyNote(
  view: Pick<CandidateView, "completed" | "failed" | "untimed"> | undefined,
  {concurrency, planned = 0}: {concurrency?: number; planned?: number} = {}
): string[] {
  const {completed = 0, failed = 0, untimed = 0} = view ?? {};
  const timed = completed - untimed;
  const isCutShort = completed + failed < planned;
  return [
    ...(timed > 0 && untimed > 0
      ? [`of the ${count(timed)} answers whose time is known`]
      : timed > 0 && isCutShort
        ? [`of ${plural(timed, "answer")}`]
        : []),
    ...(concurrency === undefined ? [] : [`up to ${count(concurrency)} requests in flight`])
  ];
}
