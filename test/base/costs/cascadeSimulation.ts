import {type CascadeStage, chooseThresholds, servedBy} from "../../../src/base/costs/index.js";
import {rng, type Seed} from "../../../src/base/stats/index.js";

/** How likely the two models of the simulation are right, given how sure the cheap one is (uniform on 0 to 1). */
export interface SimulatedModels {
  cheap(confidence: number): number;
  strong(confidence: number): number;
}

/** Rows of two models that are right by chance, independent given the confidence. */
export function simulatedStages(models: SimulatedModels, rows: number, seed: Seed): CascadeStage[] {
  const random = rng(seed, "rows");
  const confidence = Array.from({length: rows}, () => random());
  const scores = (right: (confidence: number) => number) =>
    confidence.map((one) => (random() < right(one) ? 1 : 0));
  return [
    {name: "cheap", confidence, scores: scores(models.cheap), usd: confidence.map(() => 0.1)},
    {name: "strong", confidence: [], scores: scores(models.strong), usd: confidence.map(() => 1)}
  ];
}

/** The loss that a threshold has on all rows there could be, by integration. */
export function trueLoss({cheap, strong}: SimulatedModels, threshold: number): number {
  const steps = 2000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const confidence = (i + 0.5) / steps;
    if (confidence >= threshold) sum += strong(confidence) - cheap(confidence);
  }
  return sum / steps;
}

/** How often the true loss is above what was allowed, and what is saved on average. */
export function simulateCascades(
  models: SimulatedModels,
  {times, rows, loss, confidence}: {times: number; rows: number; loss: number; confidence: number}
): {exceeded: number; served: number} {
  let exceeded = 0;
  let served = 0;
  for (let i = 0; i < times; i++) {
    const stages = simulatedStages(models, rows, `simulation ${i}`);
    const plan = chooseThresholds(stages, {loss, confidence, seed: i});
    if (trueLoss(models, plan.thresholds[0]!) > loss) exceeded++;
    served += plan.report.shares[0]! / times;
  }
  return {exceeded: exceeded / times, served};
}

/** How often the loss on all recorded rows, and on the other part, is above what was allowed, over resplits. */
export function resplit(
  stages: readonly CascadeStage[],
  {times, loss, confidence}: {times: number; loss: number; confidence: number}
): {exceeded: number; exceededOnReport: number; served: number} {
  const found = {exceeded: 0, exceededOnReport: 0, served: 0};
  const rows = stages[0]!.scores.map((_, row) => row);
  const last = stages.length - 1;
  for (let i = 0; i < times; i++) {
    const plan = chooseThresholds(stages, {loss, confidence, seed: `resplit ${i}`});
    const served = servedBy(stages, plan.thresholds);
    const all = rows.reduce(
      (sum, row) => sum + stages[last]!.scores[row]! - stages[served[row]!]!.scores[row]!,
      0
    );
    if (all / rows.length > loss) found.exceeded += 1 / times;
    if (plan.report.strongQuality - plan.report.quality > loss) found.exceededOnReport += 1 / times;
    found.served += (1 - plan.report.shares[last]!) / times;
  }
  return found;
}
