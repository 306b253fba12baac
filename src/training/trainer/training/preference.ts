/** How a preference loss weighs the two answers of a pair. */
export const preferenceLosses = [
  "sigmoid",
  "ipo",
  "hinge",
  "robust",
  "sigmoid_norm",
  "apo_zero",
  "orpo",
  "sft"
] as const;
export type PreferenceLoss = (typeof preferenceLosses)[number];

/** One answer: log-probability of its tokens, summed, under policy and reference. */
export interface ScoredAnswer {
  policy: number;
  /** Undefined where no loss needs it. */
  reference?: number;
  /** How many tokens the answer has. */
  tokens: number;
}

export interface PreferenceSettings {
  beta: number;
  /** Losses that are added up, with their weights. */
  losses: readonly {loss: PreferenceLoss; weight: number}[];
  /** Share of pairs whose order may be wrong (robust). */
  labelSmoothing?: number;
}

export interface PreferenceResult {
  /** Mean over pairs. */
  loss: number;
  /** Slopes of the loss by the policy's log-probabilities, one a pair. */
  chosen: number[];
  rejected: number[];
  /** β · log-ratio of policy and reference; without a reference β · mean log-probability of a token. */
  chosenRewards: number[];
  rejectedRewards: number[];
}

/** Whether answers must be scored under the reference, too. */
export function comparesWithReference({losses}: Pick<PreferenceSettings, "losses">): boolean {
  return losses.some(({loss}) => loss !== "orpo");
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number) => (x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x)));

interface PreferenceTerms {
  loss: number;
  chosen: number;
  rejected: number;
}

/**
 * A preference loss over pairs and its slopes. With Δ the log-ratio of policy and reference: sigmoid −log σ(β(Δc−Δr))
 * (https://arxiv.org/abs/2305.18290), ipo over means of tokens (https://arxiv.org/abs/2310.12036), and TRL's hinge,
 * robust, sigmoid_norm, apo_zero and sft. orpo, with p the geometric mean of the answer's token probabilities, is
 * −log pc − β log σ(log(pc / (1 − pc)) − log(pr / (1 − pr))), β being λ of Hong et al. 2024 (https://arxiv.org/abs/2403.07691,
 * equations 6 and 7). Throws on an empty list.
 */
export function preferenceLoss(
  pairs: readonly {chosen: ScoredAnswer; rejected: ScoredAnswer}[],
  {beta, losses, labelSmoothing = 0}: PreferenceSettings
): PreferenceResult {
  if (pairs.length === 0) throw new Error("no pairs");
  const chosenTokens = pairs.reduce((sum, {chosen}) => sum + chosen.tokens, 0);
  const result: PreferenceResult = {
    loss: 0,
    chosen: [],
    rejected: [],
    chosenRewards: [],
    rejectedRewards: []
  };
  const reward = comparesWithReference({losses}) ? ratioOf : tokenMean;
  for (const {chosen, rejected} of pairs) {
    let slopeC = 0;
    let slopeR = 0;
    for (const {loss, weight} of losses) {
      const terms =
        loss === "sft"
          ? // The mean over all chosen tokens of the batch, not of pairs: undone by the division below.
            {
              loss: (-chosen.policy * pairs.length) / chosenTokens,
              chosen: -pairs.length / chosenTokens,
              rejected: 0
            }
          : loss === "orpo"
            ? oddsTerms(chosen, rejected, beta)
            : pairTerms(loss, {
                c: ratioOf(chosen),
                r: ratioOf(rejected),
                nc: chosen.tokens,
                nr: rejected.tokens,
                beta,
                smoothing: labelSmoothing
              });
      result.loss += (weight * terms.loss) / pairs.length;
      slopeC += (weight * terms.chosen) / pairs.length;
      slopeR += (weight * terms.rejected) / pairs.length;
    }
    result.chosen.push(slopeC);
    result.rejected.push(slopeR);
    result.chosenRewards.push(beta * reward(chosen));
    result.rejectedRewards.push(beta * reward(rejected));
  }
  return result;
}

const tokenMean = ({policy, tokens}: ScoredAnswer) => policy / tokens;

function ratioOf({policy, reference}: ScoredAnswer): number {
  if (reference === undefined) throw new Error("an answer without its log-probability under the reference");
  return policy - reference;
}

/** Below 0 by more than a rounding error: an answer that is certain would have infinite odds. */
const CERTAIN = -1e-12;

function oddsTerms(chosen: ScoredAnswer, rejected: ScoredAnswer, beta: number): PreferenceTerms {
  const [c, r] = [chosen, rejected].map((one) => Math.min(tokenMean(one), CERTAIN)) as [number, number];
  const logOdds = (mean: number) => mean - Math.log(-Math.expm1(mean));
  const x = logOdds(c) - logOdds(r);
  // The odds' logarithm rises by 1 / (1 − p) with that of p.
  const slope = -beta * sigmoid(-x);
  return {
    loss: -c - beta * logSigmoid(x),
    chosen: (slope / -Math.expm1(c) - 1) / chosen.tokens,
    rejected: -slope / -Math.expm1(r) / rejected.tokens
  };
}

/** Log-ratios of policy and reference of the chosen and the rejected answer, and their tokens. */
interface PairRatios {
  c: number;
  r: number;
  nc: number;
  nr: number;
  beta: number;
  smoothing: number;
}

function pairTerms(
  loss: Exclude<PreferenceLoss, "orpo" | "sft">,
  {c, r, nc, nr, beta, smoothing}: PairRatios
): PreferenceTerms {
  const x = beta * (c - r);
  switch (loss) {
    case "sigmoid": {
      const slope = -beta * sigmoid(-x);
      return {loss: -logSigmoid(x), chosen: slope, rejected: -slope};
    }
    case "ipo": {
      const distance = c / nc - r / nr - 1 / (2 * beta);
      return {loss: distance ** 2, chosen: (2 * distance) / nc, rejected: (-2 * distance) / nr};
    }
    case "hinge": {
      const slope = x < 1 ? -beta : 0;
      return {loss: Math.max(0, 1 - x), chosen: slope, rejected: -slope};
    }
    case "robust": {
      const slope = (beta * (-(1 - smoothing) * sigmoid(-x) - smoothing * sigmoid(x))) / (1 - 2 * smoothing);
      return {
        loss: (-(1 - smoothing) * logSigmoid(x) + smoothing * logSigmoid(-x)) / (1 - 2 * smoothing),
        chosen: slope,
        rejected: -slope
      };
    }
    case "sigmoid_norm": {
      const y = beta * (c / nc - r / nr);
      const slope = -beta * sigmoid(-y);
      return {loss: -logSigmoid(y), chosen: slope / nc, rejected: -slope / nr};
    }
    case "apo_zero": {
      const up = sigmoid(beta * c);
      const down = sigmoid(beta * r);
      return {
        loss: 1 - up + down,
        chosen: -beta * up * (1 - up),
        rejected: beta * down * (1 - down)
      };
    }
  }
}
