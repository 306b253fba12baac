/**
 * GGUF files: reading them, and making them from checkpoints and adapters, quantised or not.
 * In: a checkpoint's folder. Out: one file that llama.cpp loads, with its tokenizer and chat template.
 * It does not run models; `inference/localModels` does.
 */
export {convertAdapter} from "./adapter.js";
export {openCheckpointFolder, readObject} from "./checkpointFolder.js";
export {convertCheckpoint, ownType} from "./convert.js";
export {convertModel} from "./convertModel.js";
export {FILE_TYPES, fileType} from "./fileTypes.js";
export {libraryDequantiser, libraryQuantiser, type Quantise, quantiseFile} from "./quantise.js";
export {type GgufFile, numberOf, readGguf, readGgufTensor, metadataText, metadataTexts} from "./read.js";
export {tensorType} from "./tensorTypes.js";
export {tokenizerMetadata} from "./tokenizerMetadata.js";
export type {MetadataValue} from "./values.js";
