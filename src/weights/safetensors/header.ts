import {UserError} from "../../base/validation/errors.js";
import {canonicalOrder, type Dtype, DTYPE_BITS, isDtype} from "./dtype.js";
import {parseUniqueJson} from "./uniqueJson.js";

/** The format's own limit. */
export const MAX_HEADER_BYTES = 100_000_000;

export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Bytes from the start of the file. */
  offset: number;
  bytes: number;
}

export interface Header {
  /** In the order of their data. */
  tensors: TensorEntry[];
  metadata: Record<string, string>;
  /** Where the data buffer begins in the file. */
  dataStart: number;
}

/** The number of elements; a scalar (shape []) has one. Undefined when it is no safe integer. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) count *= size;
  return Number.isSafeInteger(count) ? count : undefined;
}

/** The header's length in bytes from a file's first 8, checked against the format's limit and the file. */
export function headerLength(file: string, first: Uint8Array, fileBytes: number): number {
  if (first.byteLength < 8)
    throw new UserError(`${file} has ${fileBytes} bytes, too few for a safetensors file. Fetch it again.`);
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new UserError(
      `${file}: its header claims ${length} bytes; the format allows ${MAX_HEADER_BYTES}. This is no safetensors file, or it is damaged.`
    );
  if (8 + Number(length) > fileBytes)
    throw new UserError(
      `${file}: its header claims ${length} bytes but only ${fileBytes - 8} follow. The file is cut short: fetch it again.`
    );
  return Number(length);
}

/**
 * Reads and checks a header as the format demands: known dtypes, whole-number shapes, offsets without hole or
 * overlap that end with the file, no key twice, text-only metadata. Every fault names file, tensor and finding.
 */
export function parseHeader(file: string, json: Uint8Array, fileBytes: number): Header {
  const dataStart = 8 + json.byteLength;
  const parsed = parseJson(file, json);
  const metadata = parseMetadata(file, parsed.get("__metadata__"));
  const tensors: TensorEntry[] = [];
  for (const [name, value] of parsed)
    if (name !== "__metadata__") tensors.push(parseEntry(file, name, value, dataStart));
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let expected = dataStart;
  for (const {name, offset, bytes} of tensors) {
    if (offset !== expected)
      throw new UserError(
        `${file}: tensor ${quote(name)} begins at byte ${offset - dataStart} of the data, but the one before it ends at ${expected - dataStart}${offset < expected ? " (they overlap)" : " (a hole)"}. The header is damaged.`
      );
    expected = offset + bytes;
  }
  if (expected !== fileBytes)
    throw new UserError(
      `${file}: its tensors end at byte ${expected} but the file has ${fileBytes}. ${expected > fileBytes ? "It is cut short: fetch it again" : "It carries bytes that belong to no tensor"}.`
    );
  return {tensors, metadata, dataStart};
}

function parseJson(file: string, json: Uint8Array): Map<string, unknown> {
  if (json[0] !== 0x7b) throw new UserError(`${file}: its header does not begin with "{". It is damaged.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", {fatal: true}).decode(json);
  } catch (cause) {
    throw new UserError(`${file}: its header is not UTF-8. It is damaged.`, {cause});
  }
  const result = parseUniqueJson(text.replace(/ +$/, ""));
  if ("error" in result) throw new UserError(`${file}: its header ${result.error}. It is damaged.`);
  return result.entries;
}

function parseMetadata(file: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${file}: "__metadata__" is not a mapping from text to text.`);
  for (const [key, member] of Object.entries(value))
    if (typeof member !== "string")
      throw new UserError(`${file}: "__metadata__" entry ${quote(key)} is not text.`);
  return value as Record<string, string>;
}

function parseEntry(file: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const fail = (what: string) => new UserError(`${file}: tensor ${quote(name)} ${what}.`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fail("is not a mapping");
  const {dtype, shape, data_offsets: offsets, ...rest} = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw fail(`has an unknown field ${quote(unknown)}`);
  if (!isDtype(dtype)) throw fail(`has an unknown dtype ${quote(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw fail(`has a shape that is not a list of whole numbers`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw fail(`has data_offsets that are not two whole numbers`);
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`ends (byte ${end}) before it begins (byte ${begin})`);
  const count = elementCount(shape);
  const bits = count === undefined ? undefined : count * DTYPE_BITS[dtype];
  if (bits === undefined || !Number.isSafeInteger(bits))
    throw fail(`has a shape [${shape.join(", ")}] too large to count`);
  if (bits % 8 !== 0)
    throw fail(`of dtype ${dtype} and shape [${shape.join(", ")}] does not fill whole bytes`);
  if (end - begin !== bits / 8)
    throw fail(
      `of dtype ${dtype} and shape [${shape.join(", ")}] needs ${bits / 8} bytes but data_offsets span ${end - begin}`
    );
  if (!Number.isSafeInteger(dataStart + end)) throw fail(`ends beyond any file (byte ${end})`);
  return {name, dtype, shape: shape as number[], offset: dataStart + begin, bytes: end - begin};
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

export interface PlannedTensor {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
}

/**
 * The first bytes of a file that will hold these tensors, and where each one's data goes. Tensors are laid out in
 * canonical order and the header is padded with spaces to a multiple of 8.
 */
export function buildHeader(
  tensors: readonly PlannedTensor[],
  metadata: Readonly<Record<string, string>> = {format: "pt"}
): {head: Buffer; entries: TensorEntry[]; fileBytes: number} {
  const ordered = [...tensors].sort(canonicalOrder);
  let offset = 0;
  const parts = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  const entries: TensorEntry[] = [];
  for (const {name, dtype, shape} of ordered) {
    const bytes = tensorBytes(dtype, shape);
    const end = offset + bytes;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({dtype, shape, data_offsets: [offset, end]})}`);
    entries.push({name, dtype, shape: [...shape], offset, bytes});
    offset = end;
  }
  const json = Buffer.from(`{${parts.join(",")}}`);
  const length = Math.ceil(json.byteLength / 8) * 8;
  const head = Buffer.alloc(8 + length, 0x20);
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, 8);
  for (const entry of entries) entry.offset += head.byteLength;
  return {head, entries, fileBytes: head.byteLength + offset};
}

/** Bytes a tensor takes; throws when the count does not fill whole bytes. */
export function tensorBytes(dtype: Dtype, shape: readonly number[]): number {
  const count = elementCount(shape);
  const bytes = count === undefined ? NaN : (count * DTYPE_BITS[dtype]) / 8;
  if (!Number.isSafeInteger(bytes)) throw new Error(`no whole bytes: ${dtype} [${shape.join(", ")}]`);
  return bytes;
}
