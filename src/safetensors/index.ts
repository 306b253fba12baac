export {type Dtype, DTYPE_BITS} from "./dtype.js";
export {FLOAT_DTYPES, toFloats} from "./floats.js";
export {type PlannedTensor, type TensorEntry} from "./header.js";
export {type Checkpoint, openCheckpoint, readHeader, type StoredTensor} from "./open.js";
export {readTensorBytes, readTensorFloats} from "./readTensor.js";
export {planShards, type Shard, shardIndex} from "./shards.js";
export {writeSafetensors} from "./write.js";
export {type AdapterConfig, readAdapterConfig, scaleOf} from "./adapterConfig.js";
