/** What figures mean, by the name of their column or label; the method page says more of each. */
const DEFINITIONS: readonly [name: RegExp, definition: string][] = [
  [
    /interval|\bCI\b/i,
    "On other rows of the same kind, 95 of 100 such intervals would hold the true value (at 95%)."
  ],
  [/^shrunk/i, "The difference drawn towards what all slices say together: small slices more."],
  [
    /^(Δ|difference|change|loss)/i,
    "Candidate minus reference on the rows both have; points are hundredths of a score."
  ],
  [
    /^(mean|score|before|after|now)\b/i,
    "Average of the scores over the rows that have one; a failed row is no zero."
  ],
  [/^p, holm/i, "p value corrected by Holm's method for all comparisons shown together."],
  [/^p\b/i, "How often a difference this large would be seen between equally good candidates."],
  [
    /^(scored|rows|n\b|no score|without a score)/i,
    "Rows that the figures beside it are computed from, or that lack a score."
  ],
  [/^precision/i, "Of the rows answered with the class, the share that is of it."],
  [/^recall/i, "Of the rows of the class, the share answered with it."],
  [/^f1/i, "Harmonic mean of precision and recall."],
  [
    /^(win|tie|lose|pass|fail)$/i,
    "Rows with this outcome, their share of the rows with a score, and its interval."
  ],
  [/^passed on/i, "Share of the rows that the cheaper model leaves to the better one."],
  [/^saving/i, "Share of the better model's cost that is not spent."],
  [
    /on the frontier/i,
    "Share of resamples of the rows in which no other choice is both cheaper and no worse."
  ],
  [
    /cost|per 1,000|per million|a month/i,
    "US dollars from counted tokens and stated prices; what is not stated is unknown, not 0."
  ],
  [/latency|answered within/i, "From sending a request to the end of its answer, over calls that succeeded."],
  [
    /leakage|near-duplicate|exact|same group/i,
    "Share of test rows that also stand in the training part, by this measure."
  ],
  [/kappa|agreement/i, "How often two raters say the same; kappa takes out what chance alone would give."]
];

/** The definition of a figure by its name; undefined for one that has none. */
export function definitionOf(name: string): string | undefined {
  return DEFINITIONS.find(([pattern]) => pattern.test(name.trim()))?.[1];
}
