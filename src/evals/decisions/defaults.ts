/** The smallest difference worth switching for, in score units, when neither an eval nor a run's record names one. */
export const DEFAULT_MARGIN = 0.01;

/** Error rate of a family of comparisons. */
export const DEFAULT_ALPHA = 0.05;
