/** How boldly the bets are placed: shares of the boldest bet that can never lose everything. */
const BETS = [0.1, 0.2, 0.35, 0.55, 0.75, 0.97];

/**
 * p value of "the mean loss is above `allowed`", for independent losses between −1 and 1; valid at any number of losses,
 * whatever their distribution. A gambler who bets that losses are smaller has the capital Π (1 − λ (lossᵢ − allowed)), which
 * has a mean of at most 1 while the claim is true, so that 1 / capital is a p value (Markov). Several bets λ are averaged, so that
 * neither the order of the losses nor a guess of their spread matters. 1 without losses. `counts` holds a loss and how often it came.
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86, "Estimating means of bounded random variables by betting", §4.
 */
export function riskPValue(counts: ReadonlyMap<number, number>, allowed: number): number {
  if (counts.size === 0 || allowed >= 1) return counts.size === 0 ? 1 : 0;
  let capital = 0;
  for (const share of BETS) {
    const bet = share / (1 - allowed);
    let log = 0;
    for (const [loss, times] of counts) {
      if (loss < -1 || loss > 1) throw new Error(`loss out of range: ${loss}`);
      log += times * Math.log(1 - bet * (loss - allowed));
    }
    capital += Math.exp(log) / BETS.length;
  }
  return Math.min(1, 1 / capital);
}
