/** What must hold of a candidate for the change to be merged. Several conditions must all hold. */
export interface GateRule {
  /** The candidate the rule is about; the eval's pick when absent. */
  candidate?: string;
  /** Least score: the interval's lower bound must reach it to pass, its upper bound must miss it to fail. */
  minScore?: number;
  /** Not worse than the baseline by more than this, in score units. */
  maxRegression?: number;
  /**
   * What `maxRegression` measures against: the same candidate in an earlier run, named by its id or the beginning of it, or
   * the one before ("previous"). The eval's baseline candidate when absent.
   */
  baselineRun?: string;
  /** Largest share of test rows that may also stand in the training part, by the worst of the split's measures. */
  maxLeakageShare?: number;
  /** Most rows of the data version that may have unresolved findings of personal data. */
  maxPersonalDataRows?: number;
  maxFailureShare?: number;
  maxCostUsdPerThousand?: number;
  maxP95LatencyMs?: number;
}
