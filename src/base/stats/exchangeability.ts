/** What is kept of a test that goes on. */
export interface ExchangeabilityState {
  /** Values so far. */
  n: number;
  /** For each memory, how much of the ranks it remembers fell in each of 16 equal ranges. */
  remembered: number[][];
  /** Shares of the capital, of the gambler who does not bet first. */
  shares: number[];
  /** Logarithm of the capital, and its largest so far. */
  log: number;
  most: number;
}

const FINEST = 16;
const RANGES = [4, FINEST];

/** Ranks after which a memory has lost all but a third. */
const MEMORIES = [200, 1000, Infinity];

const BETTING = RANGES.length * MEMORIES.length;
const FIRST_SHARES = [0.5, ...Array.from({length: BETTING}, () => 0.5 / BETTING)];

/** The part of the capital that is shared out anew at each value, so that a shift is found however long there was none. */
const JUMP = 0.0003;

/** The state before the first value. */
export function newExchangeability(): ExchangeabilityState {
  const remembered = MEMORIES.map(() => Array.from({length: FINEST}, () => 0));
  return {n: 0, remembered, shares: [...FIRST_SHARES], log: 0, most: 0};
}

/**
 * Goes on with a test that values are exchangeable with those before them, by one more rank between 0 and 1. While they are, the
 * chance that e^`most` ever reaches 1/α is at most α, however often one looks (Ville's inequality).
 *
 * Method: such ranks are independent and uniform, so that a gambler who stakes by a density of the next rank keeps a capital of 1 on
 * average. One does not bet; six bet on B = 4 or 16 ranges by (c + ½) B / (m + B/2), c of the m ranks they remember having been
 * in a range. A small part of the capital is shared out anew at each rank.
 * Sources: Fedorova and others (2012), ICML, "Plug-in martingales for testing exchangeability on-line"; Vovk and others (2021), COPA,
 * "Retrain or not retrain: conformal test martingales for change-point detection".
 */
export function addRank(state: ExchangeabilityState, rank: number): ExchangeabilityState {
  if (!(rank >= 0 && rank <= 1)) throw new RangeError(`rank ${rank} is not between 0 and 1`);
  const bin = Math.min(FINEST - 1, Math.floor(rank * FINEST));
  const densities = [1];
  for (const ranges of RANGES)
    for (const counts of state.remembered) densities.push(densityAt(counts, bin, ranges));
  const won = state.shares.map((share, i) => share * densities[i]!);
  const growth = won.reduce((sum, one) => sum + one, 0);
  const log = state.log + Math.log(growth);
  return {
    n: state.n + 1,
    remembered: state.remembered.map((counts, i) =>
      counts.map((count, b) => count * (1 - 1 / MEMORIES[i]!) + (b === bin ? 1 : 0))
    ),
    shares: won.map((one, i) => (1 - JUMP) * (one / growth) + JUMP * FIRST_SHARES[i]!),
    log,
    most: Math.max(state.most, log)
  };
}

function densityAt(counts: readonly number[], bin: number, ranges: number): number {
  const width = FINEST / ranges;
  const first = Math.floor(bin / width) * width;
  let [seen, all] = [0, 0];
  for (let b = 0; b < FINEST; b++) {
    all += counts[b]!;
    if (b >= first && b < first + width) seen += counts[b]!;
  }
  return ((seen + 0.5) * ranges) / (all + ranges / 2);
}
