import type {StepRecord} from "./job.js";

const WINDOW = 20;

/**
 * Why a training should end, or undefined while it goes well: a loss or gradient that is no number, or a mean loss of
 * the last 20 steps more than twice, and more than one nat above, the lowest mean of 20 steps so far.
 */
export function divergence(curve: readonly StepRecord[]): string | undefined {
  const last = curve.at(-1);
  if (!last) return undefined;
  if (!Number.isFinite(last.loss)) return `the loss of step ${last.step} is ${last.loss}`;
  if (!Number.isFinite(last.norm)) return `the gradient of step ${last.step} is ${last.norm}`;
  if (curve.length < 2 * WINDOW) return undefined;
  const meanAt = (end: number) => {
    let sum = 0;
    for (let i = end - WINDOW; i < end; i++) sum += curve[i]!.loss;
    return sum / WINDOW;
  };
  let lowest = Infinity;
  for (let end = WINDOW; end <= curve.length - WINDOW; end++) lowest = Math.min(lowest, meanAt(end));
  const now = meanAt(curve.length);
  return now > 2 * lowest && now > lowest + 1
    ? `the loss rose to ${now.toFixed(3)} (mean of the last ${WINDOW} steps) after ${lowest.toFixed(3)}`
    : undefined;
}

/** What to try when a training diverged. */
export function divergenceAdvice(rate: number, clip: number | undefined): string {
  return [
    `Try a lower \`rate\` (${rate} now; a third of it), a longer \`warmUp\``,
    clip === undefined ? "and `clip: 1`" : `a smaller \`clip\` (${clip} now)`,
    "and look at the rows of the last steps for broken text"
  ].join(", ");
}
