export const scheduleNames = ["cosine", "linear", "constant"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/**
 * The learning rate of step `step` (from 0) of `total`: linear warm-up from 0 over `warmUp` steps, then half a cosine
 * to 0, a line to 0, or no change. With warm-up, step 0 has rate 0.
 */
export function learningRate(
  schedule: ScheduleName,
  rate: number,
  warmUp: number,
  total: number,
  step: number
): number {
  if (step < warmUp) return rate * (step / Math.max(1, warmUp));
  const done = (step - warmUp) / Math.max(1, total - warmUp);
  if (schedule === "cosine") return rate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * done)));
  if (schedule === "linear") return rate * Math.max(0, (total - step) / Math.max(1, total - warmUp));
  return rate;
}
