import {mean} from "../../../base/stats/index.js";
import type {StepRecord, TrainingSettings} from "./job.js";

const LONGEST = 20;
const SHORTEST = 5;

/**
 * Watches the losses of a training step by step: says why it should end, or undefined while it goes well. It should at a loss or
 * gradient that is no number, or when the mean loss of the last 20 steps (fewer in a training below 40) is more than twice, and
 * more than one nat above, the lowest such mean before them: the loss of a model that is already good doubles by chance. Until
 * there is one it is held against the first loss, as long as no loss since came near that: one step's loss may be low by chance.
 */
export class LossWatch {
  /** The last step before whose update the loss was near its lowest: weights from before it are good. */
  good = 0;
  private readonly window: number;
  /** Of the last two windows. */
  private readonly recent: number[] = [];
  private first?: number;
  /** Of all windows, and of those that share no step with the last. */
  private lowest = Infinity;
  private lowestBefore = Infinity;

  constructor(steps: number, curve: readonly StepRecord[] = []) {
    this.window = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(steps / 2)));
    for (const record of curve) this.look(record);
  }

  look({step, loss, norm}: StepRecord): string | undefined {
    if (!Number.isFinite(loss)) return `the loss of step ${step} is ${loss}`;
    if (!Number.isFinite(norm)) return `the gradient of step ${step} is ${norm}`;
    const {recent, window} = this;
    const first = (this.first ??= loss);
    recent.push(loss);
    if (recent.length > 2 * window) recent.shift();
    const now = mean(recent.slice(-window))!;
    if (recent.length >= window) this.lowest = Math.min(this.lowest, now);
    const isEarly = recent.length < 2 * window;
    const level = isEarly ? Math.min(first, this.lowest) : this.lowest;
    if (mean(recent.slice(-SHORTEST))! <= Math.max(1.25 * level, level + 0.25)) this.good = step;
    const rose = `the loss rose to ${now.toFixed(3)} (mean of the last ${window} steps) after`;
    if (isEarly) {
      const since = recent.slice(1).slice(-window);
      const stays = since.length === window && since.every((one) => one > 1.5 * first);
      return stays && isRise(mean(since)!, first) ? `${rose} ${first.toFixed(3)} in the first` : undefined;
    }
    this.lowestBefore = Math.min(this.lowestBefore, mean(recent.slice(0, window))!);
    return isRise(now, this.lowestBefore) ? `${rose} ${this.lowestBefore.toFixed(3)}` : undefined;
  }
}

const isRise = (now: number, before: number) => now > 2 * before && now > before + 1;

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
