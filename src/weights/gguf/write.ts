import {open} from "node:fs/promises";
import {writeAtomic} from "../../base/system/files.js";
import {ggufTensorBytes, type TensorType} from "./tensorTypes.js";
import {type Metadata, type MetadataValue, type GgufScalar, type ScalarType, VALUE_TYPES} from "./values.js";

/** A tensor to be written: its bytes are asked for when its turn comes. */
export interface GgufOutputTensor {
  name: string;
  type: TensorType;
  /** Sizes with the fastest one first. */
  shape: readonly number[];
  bytes(): Uint8Array | Promise<Uint8Array>;
}

export interface WriteOptions {
  /** Told after each tensor. */
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

const ALIGNMENT = 32;

/** Writes a GGUF file (version 3), whole or not at all. Returns its size in bytes. */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: readonly GgufOutputTensor[],
  {onProgress, signal}: WriteOptions = {}
): Promise<number> {
  let position = 0;
  await writeAtomic(path, async (temporary) => {
    const handle = await open(temporary, "w");
    try {
      const put = async (bytes: Uint8Array) => {
        await handle.writeFile(bytes);
        position += bytes.byteLength;
      };
      const pad = async () => {
        const gap = aligned(position) - position;
        if (gap > 0) await put(Buffer.alloc(gap));
      };
      await put(header(metadata, tensors));
      await pad();
      for (const [i, tensor] of tensors.entries()) {
        signal?.throwIfAborted();
        const bytes = await tensor.bytes();
        if (bytes.byteLength !== sizeOf(tensor))
          throw new Error(`tensor ${tensor.name}: ${bytes.byteLength} bytes for ${sizeOf(tensor)}`);
        await put(bytes);
        await pad();
        onProgress?.(i + 1, tensors.length);
      }
    } finally {
      await handle.close();
    }
  });
  return position;
}

function aligned(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}

function sizeOf({name, type, shape}: GgufOutputTensor): number {
  const bytes = ggufTensorBytes(type, shape);
  if (bytes === undefined) throw new Error(`tensor ${name}: [${shape.join(", ")}] in ${type.name}`);
  return bytes;
}

function header(metadata: Metadata, tensors: readonly GgufOutputTensor[]): Buffer {
  const parts: Buffer[] = [
    Buffer.from("GGUF"),
    uint32(3),
    uint64(tensors.length),
    uint64(metadata.size),
    ...[...metadata].flatMap(([key, value]) => [lengthAndText(key), ...valueBytes(value)])
  ];
  let offset = 0;
  for (const tensor of tensors) {
    const {name, type, shape} = tensor;
    parts.push(
      lengthAndText(name),
      uint32(shape.length),
      ...shape.map(uint64),
      uint32(type.id),
      uint64(offset)
    );
    offset = aligned(offset + sizeOf(tensor));
  }
  return Buffer.concat(parts);
}

function valueBytes(value: MetadataValue): Buffer[] {
  if (value.type !== "array")
    return [uint32(VALUE_TYPES.indexOf(value.type)), scalarBytes(value.type, value.value)];
  const {of, value: values} = value;
  return [
    uint32(VALUE_TYPES.indexOf("array")),
    uint32(VALUE_TYPES.indexOf(of)),
    uint64(values.length),
    ...values.map((element) => scalarBytes(of, element))
  ];
}

function scalarBytes(type: ScalarType, value: GgufScalar): Buffer {
  switch (type) {
    case "string":
      return lengthAndText(String(value));
    case "bool":
    case "uint8":
      return Buffer.from([Number(value)]);
    case "int8":
      return Buffer.from(Int8Array.of(Number(value)).buffer);
    case "uint16":
      return Buffer.from(Uint16Array.of(Number(value)).buffer);
    case "int16":
      return Buffer.from(Int16Array.of(Number(value)).buffer);
    case "uint32":
      return uint32(Number(value));
    case "int32":
      return Buffer.from(Int32Array.of(Number(value)).buffer);
    case "float32":
      return Buffer.from(Float32Array.of(Number(value)).buffer);
    case "float64":
      return Buffer.from(Float64Array.of(Number(value)).buffer);
    case "uint64":
      return uint64(value as number | bigint);
    case "int64":
      return Buffer.from(BigInt64Array.of(BigInt(value as number | bigint)).buffer);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function lengthAndText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.byteLength), bytes]);
}
