import type {CandidateView, RunView} from "../../site/types.js";
import {countText, durationText, pluralText} from "../text/format.js";

/** The 95th percentile's interval; empty when it cannot be computed. */
export function latencyInterval({
  p95LatencyInterval: found
}: Pick<CandidateView, "p95LatencyInterval">): string[] {
  return found ? [`${durationText(found.low)} to ${durationText(found.high)}`] : [];
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
      ? [`of the ${countText(timed)} answers whose time is known`]
      : timed > 0 && isCutShort
        ? [`of ${pluralText(timed, "answer")}`]
        : []),
    ...(concurrency === undefined ? [] : [`up to ${countText(concurrency)} requests in flight`])
  ];
}

/** What latencies of a run were taken at: a server that answers many at once answers each more slowly. Empty when it is not known. */
export function loadNote({concurrency}: RunView): string {
  if (concurrency === undefined) return "";
  return `Latencies were taken with up to ${pluralText(concurrency, "request")} in flight at each endpoint; assay bench measures them by load.`;
}
