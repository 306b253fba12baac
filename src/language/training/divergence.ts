import {mean} from "../../stats/index.js";
import type {StepRecord, TrainingSettings} from "./job.js";

const WINDOW = 20;

/**
 * Watches the losses of a training step by step: says why it should end, or undefined while it goes well. It should at a loss or
 * gradient that is no number, or when the mean loss of the last 20 steps is more than twice, and more than one nat above, the
 * lowest mean of 20 steps before them.
 */
export class LossWatch {
  /** Of the last two windows. */
  private readonly recent: number[] = [];
  private lowest = Infinity;

  constructor(curve: readonly StepRecord[] = []) {
    for (const record of curve) this.look(record);
  }

  look({step, loss, norm}: StepRecord): string | undefined {
    if (!Number.isFinite(loss)) return `the loss of step ${step} is ${loss}`;
    if (!Number.isFinite(norm)) return `the gradient of step ${step} is ${norm}`;
    const {recent} = this;
    recent.push(loss);
    if (recent.length > 2 * WINDOW) recent.shift();
    if (recent.length < 2 * WINDOW) return undefined;
    this.lowest = Math.min(this.lowest, mean(recent.slice(0, WINDOW))!);
    const now = mean(recent.slice(WINDOW))!;
    return now > 2 * this.lowest && now > this.lowest + 1
      ? `the loss rose to ${now.toFixed(3)} (mean of the last ${WINDOW} steps) after ${this.lowest.toFixed(3)}`
      : undefined;
  }
}

/** What to try when a training diverged; `rows`: those to look at. */
export function divergenceAdvice(
  {rate, clip, adapter, precision}: Pick<TrainingSettings, "rate" | "clip" | "adapter" | "precision">,
  rows: string
): string {
  const tries = [
    `Try a lower \`rate\` (${rate} now; a third of it), a longer \`warmUp\``,
    clip === undefined ? "`clip: 1`" : `a smaller \`clip\` (${clip} now)`
  ];
  // Sixteen bits have no number above 65,504.
  if (adapter && precision === "f16") tries.push('`precision: "f32"`');
  return `${tries.join(", ")}, and look at ${rows} for broken text`;
}
