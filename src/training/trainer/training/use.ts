import type {TrainingUse} from "./job.js";

/** The most memory that this process had. */
export const peakBytes = () => process.resourceUsage().maxRSS * 1024;

/**
 * Gives what a training has used at any moment: what processes before this one did, and this one.
 * @param started when this process began with it, by `performance.now()`
 */
export function useSince(
  {seconds, since, peakBytes: before}: TrainingUse,
  started: number
): () => TrainingUse {
  return () => ({
    seconds: seconds + Math.round(performance.now() - started) / 1000,
    since,
    peakBytes: Math.max(before, peakBytes())
  });
}
