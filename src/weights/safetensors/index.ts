/**
 * Files of weights in safetensors, and the configuration files beside them.
 * In: a folder or file of a checkpoint, or tensors to write. Out: headers, tensors read by range, shards written whole.
 * It does not compute with weights and keeps nothing in the store.
 */
export type {Dtype} from "./dtype.js";
export {FLOAT_DTYPES, toFloats} from "./floats.js";
export {type Checkpoint, openCheckpoint, readHeader, type StoredTensor} from "./open.js";
export {readTensorBytes, readTensorFloats, readTensorRows} from "./readTensor.js";
export {writeSafetensors} from "./write.js";
export {type AdapterConfig, openAdapterConfig, adapterScale} from "./adapterConfig.js";
export {unknownMembersNote} from "./adapterKeys.js";
export {addsToken, specialTokenIds, specialTokenText, type TokenizerParts} from "./specialTokens.js";
export {
  nameDtype,
  type NamedDtype,
  namesOtherDtype,
  capSetting,
  GEMMA_QUERY_SCALAR,
  isTied,
  leftOut,
  USUAL_POSITIONS,
  usualHeadSize,
  usualSettings,
  usuallyTied,
  windowSetting
} from "./modelDefaults.js";
export {type LayerKind, type RopeSettings, ropeSettings, usualAttention} from "./ropeSettings.js";
export {vocabularyProblem} from "./vocabularyProblem.js";
