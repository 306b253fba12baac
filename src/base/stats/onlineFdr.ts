export interface OnlineFdrOptions {
  /** The most that the share of false alarms among all alarms may be in expectation; default 0.05. */
  level?: number;
  /** Tests that share one half of the error level, the next as many a quarter, and so on; default 500. */
  block?: number;
}

export interface OnlineTest {
  /** True when the hypothesis is rejected. */
  alarm: boolean;
  /** What the e-value had to reach. */
  threshold: number;
}

export interface OnlineFdr {
  /** Decides on the next hypothesis of the stream, for good. */
  next(eValue: number): OnlineTest;
  readonly tests: number;
  readonly alarms: number;
}

/**
 * Online control of the false discovery rate by e-LOND: test t is rejected when its e-value reaches
 * 1 / (level · γ_t · (alarms before + 1)), with γ_t = 2^−(b+1) / block in block b. The expected share of false alarms among
 * alarms is at most `level` at every moment, however the tests depend on one another; so while nothing ever changed, the
 * chance of any alarm at all is at most `level`.
 *
 * Source: Xu and Ramdas (2024), AISTATS, "Online multiple testing with e-values". The γ_t sum to 1; that they stay level
 * for a block gives the 400th pull request as good a chance of an alarm as the first.
 */
export function onlineFdr({level = 0.05, block = 500}: OnlineFdrOptions = {}): OnlineFdr {
  let tests = 0;
  let alarms = 0;
  return {
    next(eValue) {
      const share = 2 ** -(Math.floor(tests / block) + 1) / block;
      const threshold = 1 / (level * share * (alarms + 1));
      const alarm = eValue >= threshold;
      tests++;
      if (alarm) alarms++;
      return {alarm, threshold};
    },
    get tests() {
      return tests;
    },
    get alarms() {
      return alarms;
    }
  };
}
