export {convertAdapter} from "./adapter.js";
export {convertCheckpoint} from "./convert.js";
export {convertModel} from "./convertModel.js";
export {FILE_TYPES, fileType} from "./fileTypes.js";
export {libraryDequantiser, libraryQuantiser, type Quantise, quantiseFile} from "./quantise.js";
export {ownType} from "./ownType.js";
export {type GgufFile, numberOf, readGguf, readTensorBytes, textOf, textsOf} from "./read.js";
export {tensorType} from "./tensorTypes.js";
export type {MetadataValue} from "./values.js";
