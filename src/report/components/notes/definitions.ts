/** What figures mean, by the name of their column or label, the first that fits; the method page says more of each. */
const DEFINITIONS: readonly [name: RegExp, definition: string][] = [
  [/^rows added/i, "Rows whose id the version before does not have."],
  [/^rows removed/i, "Rows whose id only the version before has."],
  [/^rows changed/i, "Rows whose id both versions have, with different content."],
  [/^rows in them/i, "Rows of all clusters together."],
  [
    /^changes with the order/i,
    "Share of comparisons whose choice changed when the two answers swapped places."
  ],
  [
    /interval|\bCI\b/i,
    "On other rows of the same kind, 95 of 100 such intervals would contain the true value (at 95%)."
  ],
  [/^shrunk/i, "The difference moved towards the mean over all slices: small slices further."],
  [
    /^(Δ|difference|change|loss)/i,
    "Candidate minus reference on the rows both have; points are hundredths of a score. Its interval does not allow for picking the best as the reference."
  ],
  [
    /^(100 − )?(corpus|macro F1|MCC|AUROC|AUPRC)\b/i,
    "One figure for all rows, computed from sums over them; it is not the mean of the rows' scores."
  ],
  [
    /^(mean|score|before|after|now)\b/i,
    "Average of the scores over the rows that have one; a failed row is not a zero."
  ],
  [/^p, holm/i, "p value corrected by Holm's method for all comparisons shown together."],
  [/^p\b/i, "How often a difference this large would be seen between equally good candidates."],
  [
    /^(scored|rows|n\b|no score|without a score)/i,
    "Rows that the figures beside it are computed from, or that lack a score."
  ],
  [/^candidates$/i, "How many were scored, and how many of them may still be the best."],
  [/^calls saved/i, "Share of the calls for all rows and candidates that the race did not make."],
  [
    /^(calls it took|newly made)/i,
    "All calls of the race; newly made are those that the store had no answer for."
  ],
  [
    /^scores missing$/i,
    "Answers that failed, or that a scorer gave no score: they count as missing, not as zero."
  ],
  [/^rounds$/i, "Each round asks the candidates still in about more rows and drops those shown to be worse."],
  [/^still in/i, "Candidates that no round dropped."],
  [/^judged/i, "Answers that have a score by the judge."],
  [/^labelled by people/i, "Answers that people scored as well."],
  [/^same score/i, "Of the answers that judge and people scored, the share with the same score."],
  [/alpha/i, "Agreement beyond chance by the squared distance of scores; 1 is perfect, 0 chance."],
  [/^clusters/i, "Groups of rows that say the same or nearly the same, linked row by row."],
  [
    /^of one text/i,
    "Clusters whose rows have the same text, ignoring case, accents, punctuation and white space."
  ],
  [/^nearly alike/i, "Clusters whose rows share many of their words, in order."],
  [/^precision/i, "Of the rows answered with the class, the share that belongs to it."],
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
    /per 1,000 rows/i,
    "US dollars for a thousand rows, all repeats of a row together; the page Costs counts a thousand requests."
  ],
  [
    /cost|per 1,000|per million|a month/i,
    "US dollars from counted tokens and stated prices; an unstated price is unknown, not 0."
  ],
  [
    /latency|answered within/i,
    "Time from sending a request to the end of its answer, for calls that succeeded."
  ],
  [
    /leakage|near-duplicate|exact|same group/i,
    "Share of test rows that are also in the training part, by this measure."
  ],
  [
    /kappa|agreement/i,
    "How often two raters agree; kappa subtracts the agreement that chance alone would give."
  ]
];

/** The definition of a figure by its name; undefined for one that has none. */
export function definitionOf(name: string): string | undefined {
  return DEFINITIONS.find(([pattern]) => pattern.test(name.trim()))?.[1];
}
