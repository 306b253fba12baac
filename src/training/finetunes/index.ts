/**
 * Declares models that are trained on a split, and makes them. In: a definition and a part of a split. Out: a model of the store,
 * or a training set for others (`exports`). Classifiers train in this process. A language model's `finetune` prepares a job
 * (`language/prepareJob`), which training/trainer computes in a process of its own. Evaluating what was trained is up to evals.
 */
export {encoderHead, type EncoderHeadOptions} from "./encoderHead.js";
export * from "./exports/index.js";
export {jointNgram, type JointNgramOptions} from "./jointNgram.js";
export * from "./language/index.js";
export {majorityClassifier} from "./majorityClassifier.js";
export type {
  BuildContext,
  ClassifierOptions,
  DeclaredData,
  ModelSource,
  Subset,
  TrainingRow
} from "./modelSource.js";
export {tfidfLogReg, type TfidfOptions} from "./tfidfLogReg.js";
export {staticEmbedding, type StaticEmbeddingOptions} from "./staticEmbedding.js";
export type {OrAnswers} from "./answersData.js";
export {trainedOn} from "./trainedOn.js";
export {builtOnce} from "./trainedSource.js";
