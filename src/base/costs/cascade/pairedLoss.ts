import {binomialCdf, binomialProbability, clopperPearson} from "../../stats/index.js";

const GRID = 9;
/** Probability that the share of discordant rows is outside the range looked at; added to the p value. */
const OUTSIDE = 0.001;

/**
 * p value of "the loss is above `allowed`" for right and wrong answers: `lost` rows that only the strong model has right, `won`
 * that only the cascade has, of `rows`. The probability of a net loss this small or smaller, exact under the multinomial
 * distribution with loss `allowed`, at the worst share of discordant rows within its 99.9 % interval. Never below 0.001;
 * 1 without rows.
 *
 * Source: Berger and Boos (1994), JASA 89, "P values maximized over a confidence set for the nuisance parameter".
 */
export function pairedLossPValue(
  {lost, won, rows}: {lost: number; won: number; rows: number},
  allowed: number
): number {
  if (rows === 0 || !(allowed > 0)) return 1;
  const range = clopperPearson(lost + won, rows, 1 - OUTSIDE)!;
  const low = Math.max(range.low, allowed);
  const high = Math.max(range.high, allowed);
  let worst = 0;
  for (let i = 0; i < GRID; i++)
    worst = Math.max(worst, tail(lost - won, rows, low + ((high - low) * i) / (GRID - 1), allowed));
  return Math.min(1, worst + OUTSIDE);
}

/** P(lost − won ≤ net) when a share of rows is discordant and lost − won is `allowed` of all rows on average. */
function tail(net: number, rows: number, discordant: number, allowed: number): number {
  const share = Math.min(1, (discordant + allowed) / (2 * discordant));
  const spread = 7 * Math.sqrt(rows * discordant * (1 - discordant)) + 3;
  const from = Math.max(0, Math.floor(rows * discordant - spread));
  const to = Math.min(rows, Math.ceil(rows * discordant + spread));
  let sum = 0;
  for (let k = from; k <= to; k++) {
    const most = Math.floor((k + net) / 2);
    if (most < 0) continue;
    sum += binomialProbability(k, rows, discordant) * (most >= k ? 1 : binomialCdf(most, k, share));
  }
  return sum;
}
