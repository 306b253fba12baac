export {majorityClassifier} from "./majorityClassifier.js";
export {
  type BuildContext,
  type ClassifierOptions,
  type ModelSource,
  type Subset,
  type TrainingRow
} from "./modelSource.js";
export {tfidfLogReg, type TfidfOptions} from "./tfidfLogReg.js";
