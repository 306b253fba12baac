export type {EmbeddingDistance, EmbeddingLeakage} from "./embeddingMeasures.js";
export {ensureSplit} from "./ensureSplit.js";
export {type Leakage} from "./leakage.js";
export type {SplitMeasures} from "./measure.js";
export {possibleStrategies} from "./possible.js";
export {CLEAN, recommendSplit, type SplitChoice} from "./recommend.js";
export {rollingWindows} from "./rolling.js";
export type {SplitSpec} from "./spec.js";
export {lacksMeasures, measureAgain} from "./measureAgain.js";
