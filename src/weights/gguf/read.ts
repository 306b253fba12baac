import {open, type FileHandle} from "node:fs/promises";
import {assertRegularFile} from "../../base/system/regularFile.js";
import {UserError} from "../../base/validation/errors.js";
import {Cursor, Incomplete} from "./cursor.js";
import {ggufTensorBytes, type TensorType, tensorTypeById} from "./tensorTypes.js";
import {type Metadata, type MetadataValue, type GgufScalar, type ScalarType, VALUE_TYPES} from "./values.js";

export interface GgufTensor {
  name: string;
  type: TensorType;
  /** Sizes with the fastest one first: a weight of shape [out, in] is [in, out] here. */
  shape: number[];
  /** Bytes from the start of the file. */
  offset: number;
  bytes: number;
}

/** A GGUF file's header; nothing of its weights is in memory. */
export interface GgufFile {
  path: string;
  version: number;
  alignment: number;
  metadata: Metadata;
  tensors: GgufTensor[];
  /** Where the tensors' data begins. */
  dataStart: number;
  fileBytes: number;
}

const FIRST_READ = 1 << 20;
/** No published model comes near; a length beyond it is a damaged file. */
const MAX_HEADER = 1 << 29;
const MAX_ENTRIES = 1 << 24;
const MAX_DIMENSIONS = 4;

/**
 * Reads and checks the header of a GGUF file (versions 2 and 3, little-endian). Throws a UserError that lists all of
 * the file's faults: no GGUF, cut short, an unknown tensor type, tensors that overlap or lie outside the file.
 */
export async function readGguf(path: string): Promise<GgufFile> {
  await assertRegularFile(path);
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT")
      throw new UserError(`${path} does not exist. Correct the path, or fetch the file first.`, {cause});
    throw cause;
  });
  try {
    const {size} = await handle.stat();
    for (let length = Math.min(size, FIRST_READ); ; length = Math.min(size, length * 4)) {
      try {
        return parse(path, await firstBytes(handle, length), size);
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
        if (length >= size)
          throw new UserError(
            `${path} has ${size} bytes and ends inside its header: it is cut short. Fetch it again.`
          );
        if (length >= MAX_HEADER)
          throw new UserError(`${path}: its header is longer than ${MAX_HEADER} bytes. The file is damaged.`);
      }
    }
  } finally {
    await handle.close();
  }
}

async function firstBytes(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const {bytesRead} = await handle.read(bytes, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function parse(path: string, bytes: Buffer, fileBytes: number): GgufFile {
  const fault = (finding: string) => new UserError(`${path}: ${finding}. Fetch it again.`);
  const cursor = new Cursor(bytes);
  if (bytes.length >= 4 && bytes.toString("latin1", 0, 4) !== "GGUF")
    throw new UserError(`${path} is no GGUF file: it does not begin with "GGUF".`);
  cursor.skip(4);
  const version = cursor.uint32();
  if (version !== 2 && version !== 3)
    throw new UserError(
      `${path} has GGUF version ${version}; versions 2 and 3 are read here (little-endian). Convert the model again.`
    );
  const tensorCount = cursor.size();
  const valueCount = cursor.size();
  if (tensorCount > MAX_ENTRIES || valueCount > MAX_ENTRIES)
    throw fault(`its header claims ${tensorCount} tensors and ${valueCount} values: it is damaged`);
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.text();
    if (metadata.has(key)) throw fault(`the key ${quote(key)} is there twice`);
    metadata.set(key, readValue(cursor, key, fault));
  }
  const entries = Array.from({length: tensorCount}, () => readEntry(cursor, fault));
  const alignment = Number(metadata.get("general.alignment")?.value ?? 32);
  if (!Number.isInteger(alignment) || alignment < 1 || alignment > 1 << 20)
    throw fault(`its alignment is ${alignment}`);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = placed(path, entries, dataStart, fileBytes, alignment);
  return {path, version, alignment, metadata, tensors, dataStart, fileBytes};
}

type Fault = (finding: string) => UserError;

function readValue(cursor: Cursor, key: string, fault: Fault): MetadataValue {
  const type = valueType(cursor.uint32(), key, fault);
  if (type !== "array") return {type, value: cursor.scalar(type)};
  const of = valueType(cursor.uint32(), key, fault);
  if (of === "array") throw fault(`the value of ${quote(key)} is a list of lists`);
  const length = cursor.size();
  if (length > MAX_HEADER) throw fault(`the list ${quote(key)} claims ${length} elements: it is damaged`);
  return {type, of, value: readList(cursor, of, length)};
}

function readList(cursor: Cursor, of: ScalarType, length: number): GgufScalar[] {
  const values: GgufScalar[] = [];
  for (let i = 0; i < length; i++) values.push(cursor.scalar(of));
  return values;
}

function valueType(id: number, key: string, fault: Fault) {
  const type = VALUE_TYPES[id];
  if (!type) throw fault(`the value of ${quote(key)} has the unknown type ${id}`);
  return type;
}

interface GgufEntry {
  name: string;
  shape: number[];
  typeId: number;
  /** Bytes from the start of the data. */
  offset: number;
}

function readEntry(cursor: Cursor, fault: Fault): GgufEntry {
  const name = cursor.text();
  const dimensions = cursor.uint32();
  if (dimensions > MAX_DIMENSIONS) throw fault(`tensor ${quote(name)} has ${dimensions} dimensions`);
  const shape = Array.from({length: dimensions}, () => cursor.size());
  return {name, shape, typeId: cursor.uint32(), offset: cursor.size()};
}

function placed(
  path: string,
  entries: readonly GgufEntry[],
  dataStart: number,
  fileBytes: number,
  alignment: number
): GgufTensor[] {
  const problems: string[] = [];
  const tensors: GgufTensor[] = [];
  const names = new Set<string>();
  for (const {name, shape, typeId, offset} of entries) {
    const type = tensorTypeById(typeId);
    const bytes = type && ggufTensorBytes(type, shape);
    if (names.has(name)) problems.push(`tensor ${quote(name)} is there twice`);
    names.add(name);
    if (!type) problems.push(`tensor ${quote(name)} has the unknown type ${typeId}`);
    else if (bytes === undefined || !Number.isSafeInteger(bytes))
      problems.push(
        `tensor ${quote(name)} of shape [${shape.join(", ")}] does not fill whole blocks of ${type.name}`
      );
    else if (offset % alignment !== 0)
      problems.push(`tensor ${quote(name)} begins at byte ${offset}, not at a multiple of ${alignment}`);
    else if (dataStart + offset + bytes > fileBytes)
      problems.push(
        `tensor ${quote(name)} ends at byte ${dataStart + offset + bytes} but the file has ${fileBytes}: it is cut short`
      );
    else tensors.push({name, type, shape, offset: dataStart + offset, bytes});
  }
  const ordered = tensors.toSorted((a, b) => a.offset - b.offset);
  ordered.forEach(({name, offset}, i) => {
    const before = ordered[i - 1];
    if (before && before.offset + before.bytes > offset)
      problems.push(`tensors ${quote(before.name)} and ${quote(name)} overlap`);
  });
  if (problems.length > 0) {
    const shown = problems.slice(0, 20).map((problem) => `  ${problem}`);
    if (problems.length > shown.length) shown.push(`  and ${problems.length - shown.length} more`);
    throw new UserError(`${path} is damaged. Fetch it again.\n${shown.join("\n")}`);
  }
  return tensors;
}

function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** The text of a metadata key; undefined when it is not there or no text. */
export function metadataText({metadata}: Pick<GgufFile, "metadata">, key: string): string | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "string" ? value : undefined;
}

/** The number of a metadata key; undefined when it is not there or no number. */
export function numberOf({metadata}: Pick<GgufFile, "metadata">, key: string): number | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

/** The flag of a metadata key; undefined when it is not there or no flag. */
export function flagOf({metadata}: Pick<GgufFile, "metadata">, key: string): boolean | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "boolean" ? value : undefined;
}

/** The texts of a metadata key; undefined when it is not there or no list of texts. */
export function metadataTexts(
  {metadata}: Pick<GgufFile, "metadata">,
  key: string
): readonly string[] | undefined {
  const found = metadata.get(key);
  return found?.type === "array" && found.of === "string" ? (found.value as readonly string[]) : undefined;
}

/** The bytes of one tensor. */
export async function readGgufTensor(file: GgufFile, {name, offset, bytes}: GgufTensor): Promise<Uint8Array> {
  const handle = await open(file.path, "r");
  try {
    // Its own buffer: the pooled one of a small Buffer need not begin at a multiple of 4.
    const into = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const {bytesRead} = await handle.read(into, done, bytes - done, offset + done);
      if (bytesRead === 0) throw new UserError(`${file.path} ends inside the tensor ${quote(name)}.`);
      done += bytesRead;
    }
    return into;
  } finally {
    await handle.close();
  }
}
