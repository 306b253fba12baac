export {convertAdapter, type AdapterOptions} from "./adapter.js";
export {type CheckpointFolder, openCheckpointFolder} from "./checkpointFolder.js";
export {convertCheckpoint, type Converted, type ConvertOptions} from "./convert.js";
export {convertModel, type Conversion, type ConvertModelOptions} from "./convertModel.js";
export {FILE_TYPES, type FileType, fileType, fileTypeName} from "./fileTypes.js";
export {
  type Dequantise,
  libraryDequantiser,
  libraryQuantiser,
  type Quantise,
  quantiseFile
} from "./quantise.js";
export {
  type GgufFile,
  type GgufTensor,
  numberOf,
  readGguf,
  readTensorBytes,
  textOf,
  textsOf
} from "./read.js";
export {type TensorType, tensorType} from "./tensorTypes.js";
export {type Metadata, type MetadataValue} from "./values.js";
