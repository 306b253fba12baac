import {open, readFile} from "node:fs/promises";
import {type Dtype, toFloats} from "../safetensors/index.js";

/** One tensor: row-major values with their shape. Half-precision tensors are read as 32-bit floats. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** One tensor of whole numbers from 0 on: U16 or U32. */
export interface WholeTensor {
  shape: number[];
  data: Uint16Array | Uint32Array;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const bytesOf: Record<string, number> = {F32: 4, F16: 2, BF16: 2, U16: 2, U32: 4};

/**
 * The bytes of a safetensors file with its tensors in the canonical order (the wider type first, then by name), so that
 * equal tensors give equal files. `metadata` values are strings.
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor | WholeTensor>,
  metadata: Record<string, string> = {format: "pt"}
): Uint8Array {
  const bytesEach = (name: string) => tensors[name]!.data.BYTES_PER_ELEMENT;
  const names = Object.keys(tensors).sort((a, b) => bytesEach(b) - bytesEach(a) || (a < b ? -1 : 1));
  const header: Record<string, unknown> = {__metadata__: metadata};
  let end = 0;
  for (const name of names) {
    const {shape, data} = tensors[name]!;
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length)
      throw new Error(`tensor ${name}: shape [${shape.join(", ")}] does not hold ${data.length} values`);
    header[name] = {dtype: dtypeOf(data), shape, data_offsets: [end, (end += data.byteLength)]};
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

function dtypeOf(data: (Tensor | WholeTensor)["data"]): string {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Uint16Array ? "U16" : "U32";
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
  const tensors: Record<string, Tensor> = {};
  for (const {name, dtype, shape, bytes} of tensorBytes(file, where)) {
    if (!wanted(name)) continue;
    if (!FLOATS.includes(dtype))
      throw new Error(`${where}: tensor ${name} has type ${dtype}; F32, F16 and BF16 can be read here`);
    tensors[name] = {shape, data: toFloats(dtype as Dtype, bytes)};
  }
  return tensors;
}

const FLOATS = ["F32", "F16", "BF16"];

/** The tensors of whole numbers of a safetensors file, as they were written. Throws where one has another type. */
export function decodeWholeNumbers(file: Buffer, where = "safetensors file"): Record<string, WholeTensor> {
  const tensors: Record<string, WholeTensor> = {};
  for (const {name, dtype, shape, bytes} of tensorBytes(file, where)) {
    if (dtype !== "U16" && dtype !== "U32")
      throw new Error(`${where}: tensor ${name} has type ${dtype}; U16 and U32 can be read here`);
    // A copy of its own, at an address that whole numbers may have.
    const {buffer} = new Uint8Array(bytes);
    tensors[name] = {shape, data: dtype === "U16" ? new Uint16Array(buffer) : new Uint32Array(buffer)};
  }
  return tensors;
}

/** Each tensor with its bytes. Throws where one lies outside the file or contradicts its shape. */
function tensorBytes(
  file: Buffer,
  where: string
): {name: string; dtype: string; shape: number[]; bytes: Buffer}[] {
  const {header, start} = headerOf(file, where);
  return Object.entries(header).map(([name, {dtype, shape, data_offsets}]) => {
    const [from, to] = data_offsets;
    const size = bytesOf[dtype];
    const elements = shape.reduce((product, length) => product * length, 1);
    if (from < 0 || to < from || start + to > file.length || (size && to - from !== elements * size))
      throw new Error(`${where}: tensor ${name} lies outside the file or contradicts its shape`);
    return {name, dtype, shape, bytes: file.subarray(start + from, start + to)};
  });
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

function headerOf(file: Buffer, where: string): {header: Record<string, HeaderEntry>; start: number} {
  const length = file.length < 8 ? Infinity : Number(file.readBigUInt64LE());
  if (length + 8 > file.length || length > 100_000_000 || file[8] !== 0x7b)
    throw new Error(`${where} is no safetensors file, or it was cut`);
  const header = JSON.parse(file.subarray(8, 8 + length).toString("utf8")) as Record<string, HeaderEntry>;
  delete header.__metadata__;
  return {header, start: 8 + length};
}
