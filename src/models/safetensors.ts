import {open, readFile} from "node:fs/promises";
import {type Dtype, toFloats} from "../safetensors/index.js";

/** One tensor: row-major values with their shape. Half-precision tensors are read as 32-bit floats. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const bytesOf: Record<string, number> = {F32: 4, F16: 2, BF16: 2};

/**
 * The bytes of a safetensors file holding 32-bit float tensors in the canonical order (by name), so that equal
 * tensors give equal files. `metadata` values are strings.
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {format: "pt"}
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {__metadata__: metadata};
  let end = 0;
  for (const name of names) {
    const {shape, data} = tensors[name]!;
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length)
      throw new Error(`tensor ${name}: shape [${shape.join(", ")}] does not hold ${data.length} values`);
    header[name] = {dtype: "F32", shape, data_offsets: [end, (end += data.byteLength)]};
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = Buffer.alloc(8 + headerLength + end, 0x20);
  file.writeBigUInt64LE(BigInt(headerLength));
  json.copy(file, 8);
  let offset = 8 + headerLength;
  for (const name of names) {
    const {data} = tensors[name]!;
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file that fits in memory: F32, F16 and BF16 tensors, or only those that `wanted` accepts. Throws
 * when the file is cut, its offsets do not agree with the shapes, or a wanted tensor has another type.
 */
export async function readSafetensors(
  path: string,
  wanted: (name: string) => boolean = () => true
): Promise<Record<string, Tensor>> {
  return decodeSafetensors(await readFile(path), wanted, path);
}

/** As `readSafetensors`, from bytes; `where` names them in errors. */
export function decodeSafetensors(
  file: Buffer,
  wanted: (name: string) => boolean = () => true,
  where = "safetensors file"
): Record<string, Tensor> {
  const {header, start} = headerOf(file, where);
  const tensors: Record<string, Tensor> = {};
  for (const [name, {dtype, shape, data_offsets}] of Object.entries(header)) {
    const [from, to] = data_offsets;
    const size = bytesOf[dtype];
    const elements = shape.reduce((product, length) => product * length, 1);
    if (from < 0 || to < from || start + to > file.length || (size && to - from !== elements * size))
      throw new Error(`${where}: tensor ${name} lies outside the file or contradicts its shape`);
    if (!wanted(name)) continue;
    if (!size)
      throw new Error(`${where}: tensor ${name} has type ${dtype}; F32, F16 and BF16 can be read here`);
    const bytes = file.subarray(start + from, start + to);
    tensors[name] = {shape, data: toFloats(dtype as Dtype, bytes)};
  }
  return tensors;
}

/** Names, types and shapes without reading the weights. */
export async function readSafetensorsHeader(
  path: string
): Promise<Record<string, {dtype: string; shape: number[]}>> {
  const handle = await open(path);
  try {
    const prefix = Buffer.alloc(8);
    await handle.read(prefix, 0, 8, 0);
    const length = Number(prefix.readBigUInt64LE());
    const {size} = await handle.stat();
    if (length + 8 > size)
      throw new Error(`${path} is no safetensors file: its header is longer than the file`);
    const file = Buffer.alloc(8 + length);
    await handle.read(file, 0, file.length, 0);
    return Object.fromEntries(
      Object.entries(headerOf(file, path).header).map(([name, {dtype, shape}]) => [name, {dtype, shape}])
    );
  } finally {
    await handle.close();
  }
}

/** A tensor by its place in a safetensors file. */
export interface PlacedTensor {
  name: string;
  dtype: string;
  shape: number[];
  /** First byte in the file, and the first one after it. */
  from: number;
  to: number;
}

/** The tensors of a safetensors file in the order of their bytes. */
export function placedTensors(file: Buffer): PlacedTensor[] {
  const {header, start} = headerOf(file, "safetensors file");
  return Object.entries(header)
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to]
        }
      ]) => ({
        name,
        dtype,
        shape,
        from: start + from,
        to: start + to
      })
    )
    .sort((a, b) => a.from - b.from);
}

function headerOf(file: Buffer, where: string): {header: Record<string, Entry>; start: number} {
  const length = file.length < 8 ? Infinity : Number(file.readBigUInt64LE());
  if (length + 8 > file.length || length > 100_000_000 || file[8] !== 0x7b)
    throw new Error(`${where} is no safetensors file, or it was cut`);
  const header = JSON.parse(file.subarray(8, 8 + length).toString("utf8")) as Record<string, Entry>;
  delete header.__metadata__;
  return {header, start: 8 + length};
}
