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
export {builtOnce} from "./trainedSource.js";
