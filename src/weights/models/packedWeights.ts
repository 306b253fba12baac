import {promisify} from "node:util";
import {constants, deflateRaw, inflateRaw} from "node:zlib";
import {sha256} from "../../base/system/index.js";
import {UserError} from "../../base/validation/index.js";
import {type PlacedTensor, placedTensors} from "./safetensors.js";

/**
 * Values of a token table are multiples of this. A step of 1/2048 is a hundredth of their spread: of 18,580 predictions
 * of the demo's models rounding changed three, and a table then takes a quarter of its bytes in the store.
 */
const TABLE_STEP = 2 ** -11;

/** Rounds a token table to its grid, in place. */
export function roundTable(table: Float32Array): Float32Array {
  // Adding zero turns −0 into 0, which is what a whole number can say.
  for (let i = 0; i < table.length; i++) table[i] = Math.round(table[i]! / TABLE_STEP) * TABLE_STEP + 0;
  return table;
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

// Bytes of noisy numbers repeat in runs or not at all: looking further back finds nothing.
const COMPRESSION = {strategy: constants.Z_RLE};
/** Tensors below this many values stay as they are. */
const WORTH_PACKING = 4096;
/** Steps finer than 2^−16 are no grid. */
const FINEST = 16;
const LARGEST = 2 ** 30;

interface PackedTensor {
  name: string;
  /** Where it begins in the file, and how many values it has. */
  offset: number;
  count: number;
  /** The values are whole numbers times 2^−exponent. */
  exponent: number;
  /** Whether the numbers are differences to the reference's tensor of that name. */
  difference: boolean;
  /** Compressed length of each byte of the numbers, the lowest first. */
  planes: number[];
}

interface PackedHeader {
  kind: "packed-weights";
  schemaVersion: 1;
  /** Of the safetensors file, and of the one that differences are counted from. */
  sha256: string;
  bytes: number;
  reference?: string;
  tensors: PackedTensor[];
}

/**
 * A safetensors file in fewer bytes, without loss: tensors whose values lie on a grid become whole numbers, as
 * differences to `reference`'s tensor of the same name and shape where there is one, compressed byte by byte. The
 * rest of the file stays as it is. Undefined when less than a tenth would be saved.
 */
export async function packWeights(file: Buffer, reference?: Buffer): Promise<Buffer | undefined> {
  const others = new Map(reference ? placedTensors(reference).map((tensor) => [tensor.name, tensor]) : []);
  const tensors: PackedTensor[] = [];
  const sections: Buffer[] = [];
  const rest: Buffer[] = [];
  let at = 0;
  for (const tensor of placedTensors(file)) {
    const numbers = onGrid(file, tensor);
    if (!numbers) continue;
    const {exponent, values} = numbers;
    const other = others.get(tensor.name);
    const known =
      other?.shape.join() === tensor.shape.join() ? onGrid(reference!, other, exponent) : undefined;
    const planes = await Promise.all(
      bytePlanes(values, known?.values).map((plane) => deflate(plane, COMPRESSION))
    );
    rest.push(file.subarray(at, tensor.from));
    at = tensor.to;
    sections.push(...planes);
    tensors.push({
      name: tensor.name,
      offset: tensor.from,
      count: values.length,
      exponent,
      difference: known !== undefined,
      planes: planes.map(({length}) => length)
    });
  }
  rest.push(file.subarray(at));
  const header: PackedHeader = {
    kind: "packed-weights",
    schemaVersion: 1,
    sha256: sha256(file),
    bytes: file.length,
    reference: tensors.some(({difference}) => difference) ? sha256(reference!) : undefined,
    tensors
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const packed = Buffer.concat([length, json, ...sections, ...rest]);
  return packed.length < 0.9 * file.length ? packed : undefined;
}

/** Whether unpacking needs the reference. */
export function needsReference(packed: Buffer): boolean {
  return headerOf(packed, "packed weights").header.reference !== undefined;
}

/** The safetensors file that was packed, checked by its SHA-256. `where` names the packed file in errors. */
export async function unpackWeights(
  packed: Buffer,
  reference?: Buffer,
  where = "packed weights"
): Promise<Buffer> {
  const {header, start} = headerOf(packed, where);
  const damaged = (cause?: unknown) =>
    new UserError(`${where} was damaged (hash mismatch). Restore it from a copy, or train the model again.`, {
      cause
    });
  try {
    const others = new Map(reference ? placedTensors(reference).map((tensor) => [tensor.name, tensor]) : []);
    const file = Buffer.alloc(header.bytes);
    const rest = start + header.tensors.reduce((sum, {planes}) => planes.reduce((a, b) => a + b, sum), 0);
    let [section, from, to] = [start, rest, 0];
    for (const tensor of header.tensors) {
      from += packed.copy(file, to, from, from + tensor.offset - to);
      const planes: Buffer[] = [];
      for (const length of tensor.planes)
        planes.push(await inflate(packed.subarray(section, (section += length))));
      const known = tensor.difference
        ? referenceGrid(reference!, others.get(tensor.name)!, tensor.exponent)
        : undefined;
      const values = new Float32Array(file.buffer, file.byteOffset + tensor.offset, tensor.count);
      readPlanes(planes, known, 2 ** -tensor.exponent, values);
      to = tensor.offset + values.byteLength;
    }
    packed.copy(file, to, from);
    if (sha256(file) !== header.sha256) throw damaged();
    return file;
  } catch (cause) {
    throw cause instanceof UserError ? cause : damaged(cause);
  }
}

function headerOf(packed: Buffer, where: string): {header: PackedHeader; start: number} {
  const length = packed.length < 4 ? Infinity : packed.readUInt32LE();
  let header: PackedHeader | undefined;
  try {
    header = JSON.parse(packed.subarray(4, 4 + length).toString()) as PackedHeader;
  } catch {
    header = undefined;
  }
  if (header?.kind === "packed-weights" && header.schemaVersion === 1) return {header, start: 4 + length};
  throw new UserError(
    `${where} is not packed weights of schema 1, or it was cut. Use the Assay that wrote it, or train the model again.`
  );
}

const grids = new WeakMap<Buffer, Map<string, Int32Array>>();

/** The same of a reference's tensor, which many models are differences to. */
function referenceGrid(reference: Buffer, tensor: PlacedTensor, exponent: number): Int32Array {
  const known = grids.get(reference) ?? new Map<string, Int32Array>();
  grids.set(reference, known);
  const key = `${exponent} ${tensor.name}`;
  const values = known.get(key) ?? onGrid(reference, tensor, exponent)!.values;
  known.set(key, values);
  return values;
}

/** A tensor's values as whole numbers on the coarsest grid that holds them all, or on the given one. */
function onGrid(
  file: Buffer,
  {dtype, from, to}: PlacedTensor,
  wanted?: number
): {exponent: number; values: Int32Array} | undefined {
  const count = (to - from) / 4;
  if (dtype !== "F32" || count < WORTH_PACKING) return undefined;
  const data = floats(file, from, count);
  let exponent = wanted ?? 0;
  let scale = 2 ** exponent;
  for (const value of data)
    while (!Number.isInteger(value * scale)) {
      if (wanted !== undefined || exponent === FINEST || !Number.isFinite(value)) return undefined;
      exponent++;
      scale *= 2;
    }
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const number = data[i]! * scale;
    if (Math.abs(number) >= LARGEST || Object.is(number, -0)) return undefined;
    values[i] = number;
  }
  return {exponent, values};
}

function floats(file: Buffer, from: number, count: number): Float32Array {
  const start = file.byteOffset + from;
  return start % 4 === 0
    ? new Float32Array(file.buffer, start, count)
    : new Float32Array(file.buffer.slice(start, start + 4 * count) as ArrayBuffer);
}

/** Each byte of the numbers on its own, signs in the lowest bit: small differences leave the upper ones zero. */
function bytePlanes(values: Int32Array, known: Int32Array | undefined): Buffer[] {
  const folded = new Uint32Array(values.length);
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const number = values[i]! - (known ? known[i]! : 0);
    const fold = number < 0 ? -2 * number - 1 : 2 * number;
    folded[i] = fold;
    if (fold > most) most = fold;
  }
  const planes: Buffer[] = [];
  for (let shift = 0; shift === 0 || (shift < 32 && most >= 2 ** shift); shift += 8) {
    const plane = Buffer.alloc(values.length);
    for (let i = 0; i < values.length; i++) plane[i] = (folded[i]! >>> shift) & 255;
    planes.push(plane);
  }
  return planes;
}

function readPlanes(
  planes: readonly Buffer[],
  known: Int32Array | undefined,
  step: number,
  values: Float32Array
): void {
  const zero = planes.length < 4 ? Buffer.alloc(values.length) : undefined;
  const [a, b, c, d] = [0, 1, 2, 3].map((p) => planes[p] ?? zero!) as [Buffer, Buffer, Buffer, Buffer];
  for (let i = 0; i < values.length; i++) {
    const fold = a[i]! | (b[i]! << 8) | (c[i]! << 16) | (d[i]! << 24);
    const number = (fold >>> 1) ^ -(fold & 1);
    values[i] = (known ? number + known[i]! : number) * step;
  }
}
