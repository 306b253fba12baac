import {mean} from "../../../base/stats/index.js";

/** How single answers that are marked good or bad are learned. */
export interface KtoSettings {
  beta: number;
  /** λD and λU: what a good and a bad answer count. */
  goodWeight: number;
  badWeight: number;
}

/** An answer that is marked: its log-probability under the policy less that under the reference. */
export interface MarkedRatio {
  ratio: number;
  good: boolean;
}

export interface KtoResult {
  /** Mean over answers. */
  loss: number;
  /** Of the loss by each answer's log-probability under the policy. */
  slopes: number[];
  /** Answers on their side of the reference point: good ones above it, bad ones below. */
  right: number;
}

/**
 * The KTO loss and its slopes: the mean of λD (1 − σ(β(r − z0))) over good answers and λU (1 − σ(β(z0 − r))) over bad
 * ones, r the log-ratio of policy and reference (Ethayarajh et al. 2024, https://arxiv.org/abs/2402.01306, equation 8).
 * The reference point z0, an estimate of the KL divergence of policy and reference, is the mean log-ratio of
 * `mismatched`, prompts with answers to others, and at least 0; as in TRL it has no gradient. Throws on empty lists.
 */
export function ktoLoss(
  answers: readonly MarkedRatio[],
  mismatched: readonly number[],
  {beta, goodWeight, badWeight}: KtoSettings
): KtoResult {
  const divergence = mean(mismatched);
  if (answers.length === 0 || divergence === undefined) throw new Error("no answers");
  const point = Math.max(0, divergence);
  const result: KtoResult = {loss: 0, slopes: [], right: 0};
  for (const {ratio, good} of answers) {
    const above = good ? ratio - point : point - ratio;
    const weight = (good ? goodWeight : badWeight) / answers.length;
    const value = 1 / (1 + Math.exp(-beta * above));
    result.loss += weight * (1 - value);
    result.slopes.push((good ? -1 : 1) * weight * beta * value * (1 - value));
    if (above > 0) result.right++;
  }
  return result;
}
