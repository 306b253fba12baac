export {type Clusters, type Estimate, type Interval, type Scores} from "./types.js";
export {type Seed} from "./seed.js";
export {rng, type Rng} from "./rng.js";
export {mean} from "./mean.js";
export {variance} from "./variance.js";
export {standardError} from "./standardError.js";
export {clusteredStandardError, type ClusteredError} from "./clusteredStandardError.js";
export {quantile} from "./quantile.js";
export {wilson} from "./wilson.js";
export {clopperPearson} from "./clopperPearson.js";
export {tango} from "./tango.js";
export {meanInterval, type MeanIntervalOptions} from "./meanInterval.js";
export {pairedDifference, type PairedDifference, type PairedOptions} from "./pairedDifference.js";
export {
  pairedBootstrap,
  pairedBootstrapAll,
  pairedBootstrapAllAsync,
  type BootstrapOptions,
  type PairedBootstrap
} from "./pairedBootstrap.js";
export {mcnemarChiSquared, mcnemarExact} from "./mcnemar.js";
export {minimumDetectableEffect, rowsNeeded, type Spread} from "./power.js";
export {classificationReport, type ClassFigures, type ClassificationReport} from "./classificationReport.js";
export {confusion, type Confusion, type Label} from "./confusion.js";
export {normalCdf, normalQuantile, normalTail} from "./distributions/normal.js";
export {studentQuantile, studentTail, studentTwoSided} from "./distributions/studentT.js";
export {binomialCdf, binomialProbability, binomialTest} from "./distributions/binomial.js";
export {chiSquaredQuantile, chiSquaredTail} from "./distributions/chiSquared.js";
