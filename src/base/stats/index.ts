/**
 * Statistics of scores: estimates, intervals, tests and agreement, from published methods that each file cites.
 * In: scores, their groups and a seed. Out: plain numbers; undefined where too little was observed.
 * It uses no Node APIs, reads no store and decides nothing.
 */
export type {Clusters, Estimate, Interval, Scores} from "./types.js";
export type {Seed} from "./seed.js";
export {rng, type Rng} from "./rng.js";
export {mean, variance, standardError} from "./moments.js";
export {clusteredStandardError, type ClusteredError} from "./clusteredStandardError.js";
export {effectiveGroups} from "./groupShares.js";
export {groupedError, type GroupedError} from "./groupedError.js";
export {twoWayStandardError} from "./twoWayClusters.js";
export {quantile} from "./quantile.js";
export {quantileInterval, type QuantileIntervalOptions} from "./quantileInterval.js";
export {wilson, type WilsonOptions, clopperPearson} from "./proportion.js";
export {
  classIntervals,
  type ClassIntervals,
  type ClassIntervalsOptions,
  f1Interval
} from "./classIntervals.js";
export {tango, mcnemarChiSquared, mcnemarExact} from "./pairedProportions.js";
export {resampledMeans} from "./resampledMeans.js";
export {widenedMeans} from "./widenedMeans.js";
export {meanInterval, type MeanIntervalOptions} from "./meanInterval.js";
export {pairedDifference, type PairedDifference, type PairedOptions} from "./pairedDifference.js";
export {pairedBySlice, slicedRows, type SlicedRows} from "./pairedBySlice.js";
export {
  pairedBootstrap,
  pairedBootstrapAll,
  pairedBootstrapAllAsync,
  type BootstrapOptions,
  type PairedBootstrap
} from "./pairedBootstrap.js";
export {minimumDetectableEffect, rowsNeeded, type DifferenceSpread} from "./power.js";
export {classificationReport, type ClassFigures, type ClassificationReport} from "./classificationReport.js";
export {confusion, type Confusion, type ClassLabel} from "./confusion.js";
export {normalCdf, normalQuantile, normalTail} from "./distributions/normal.js";
export {studentQuantile, studentTail, studentTwoSided} from "./distributions/studentT.js";
export {binomialCdf, binomialProbability, binomialTest} from "./distributions/binomial.js";
export {chiSquaredQuantile, chiSquaredTail} from "./distributions/chiSquared.js";
export {wilcoxonSignedRank, type SignedRank} from "./wilcoxon.js";
export {pairedPermutation, type PairedPermutation} from "./pairedPermutation.js";
export {corpusDifference, type CorpusDifference, type CorpusRows} from "./corpusDifference.js";
export {
  corpusCounts,
  type CorpusCounts,
  type CorpusFigure,
  corpusMembers,
  corpusName,
  meanCounts
} from "./corpus/figure.js";
export {corpusFigure, corpusJackknife} from "./corpus/jackknife.js";
export {benjaminiHochberg, benjaminiYekutieli, bonferroni, holm} from "./multiplicity.js";
export {
  abilityDifference,
  bradleyTerry,
  type BradleyTerry,
  type BradleyTerryOptions,
  type Effect,
  type Preference
} from "./bradleyTerry.js";
export {cohenKappa, cohenKappaOfTable, type Kappa, type KappaOptions} from "./cohenKappa.js";
export {fleissKappa, fleissKappaTest, type FleissTest} from "./fleissKappa.js";
export {
  type AlphaInterval,
  type AlphaMetric,
  krippendorffAlpha,
  krippendorffInterval
} from "./krippendorffAlpha.js";
export {possibleBest, splitHalf, winnerEstimate, type SplitHalf, type WinnerEstimate} from "./winner.js";
export {
  confidenceSequence,
  pairedConfidenceSequence,
  type ConfidenceSequence,
  type ConfidenceSequenceOptions,
  type PairedConfidenceSequence
} from "./confidenceSequence.js";
export {pairedEValue} from "./pairedEValue.js";
export {onlineFdr, type OnlineTest} from "./onlineFdr.js";
export {judgeCorrected, type JudgeCorrected} from "./judgeCorrected.js";
export {majority, majorityAtN} from "./majority.js";
export {passAtK, passHatK, repeatVariance, type RepeatVariance} from "./repeatVariance.js";
export {shrink, type Shrinkage, type Shrunk} from "./shrink.js";
export {equivalence, nonInferiority, type MarginTest} from "./equivalence.js";
export {
  differenceSensitivity,
  sensitivity,
  type DifferenceSensitivity,
  type MissingSensitivity
} from "./sensitivity.js";
export {clusteredRegression, type ClusteredRegression, type Coefficient} from "./clusteredRegression.js";
export {
  chiSquaredDrift,
  jensenShannon,
  populationStability,
  type ChiSquaredDrift,
  type TwoCounts
} from "./drift.js";
