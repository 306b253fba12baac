/**
 * Divisions of a version into train, validation, test and held-out parts, with the leakage between them.
 * In: a version and a split's specification. Out: a split in the store with its measures, and advice on which to use.
 * It opens no held-out rows; `base/store` guards them.
 */
export {chosenSplit} from "./chosenSplit.js";
export {partWarning} from "./askedParts.js";
export type {EmbeddingLeakage} from "./embeddingMeasures.js";
export {ensureSplit, LONG_TO_MEASURE} from "./ensureSplit.js";
export {isSplitBy} from "./identity.js";
export {type SplitLeak, splitLeaks} from "./leaks/splitLeaks.js";
export {columnText} from "./columnText.js";
export {currentMeasures} from "./currentMeasures.js";
export type {SplitMeasures} from "./measure.js";
export {possibleStrategies, CLEAN, recommendSplit, type SplitChoice} from "./recommend.js";
export {previewSplit} from "./previewSplit.js";
export {rollingWindows} from "./rolling.js";
export type {SplitSpec} from "./spec.js";
export {measureAgain} from "./measureAgain.js";
