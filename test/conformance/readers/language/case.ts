import {dirname, join} from "node:path";
import {type Backend, openBackend} from "../../../../src/weights/ggml/index.js";
import {type Batch, batchAt, LanguageModel} from "../../../../src/training/trainer/index.js";
import {
  type Checkpoint,
  openCheckpoint,
  readTensorFloats,
  readTensorBytes
} from "../../../../src/weights/safetensors/index.js";
import type {ValueFigure} from "../../figure.js";
import {has, type Item, type JsonObject} from "../../item.js";

let backend: Promise<Backend> | undefined;

/** One thread: what is published was computed with one. */
export function oneThread(): Promise<Backend> {
  backend ??= openBackend(1);
  return backend;
}

/** Whether the item has a meta.json that names a model beside these files. */
export function namesModel(item: Item, ...files: string[]): boolean {
  return (
    item.files.includes("meta.json") &&
    files.every((file) => item.files.includes(file)) &&
    has(item.json("meta.json"), "model", "tolerance")
  );
}

export function metaOf(item: Item): JsonObject & {tolerance: Record<string, unknown>} {
  return item.json("meta.json") as never;
}

/** The folder of the model that meta.json names. */
export function modelFolder(item: Item): string {
  return join(dirname(item.path("meta.json")), String(metaOf(item).model));
}

export async function openModel(item: Item): Promise<LanguageModel> {
  return LanguageModel.open(await oneThread(), modelFolder(item));
}

/** Tensors of a published file. */
export class Expected {
  private constructor(private readonly checkpoint: Checkpoint) {}

  static async open(item: Item, file = "expected.safetensors"): Promise<Expected> {
    return new Expected(await openCheckpoint(item.path(file)));
  }

  names(): string[] {
    return [...this.checkpoint.tensors.keys()].sort();
  }

  has(name: string): boolean {
    return this.checkpoint.tensors.has(name);
  }

  async floats(name: string): Promise<Float32Array> {
    return readTensorFloats(this.checkpoint.tensors.get(name)!);
  }

  async whole(name: string): Promise<Int32Array> {
    const bytes = await readTensorBytes(this.checkpoint.tensors.get(name)!);
    return new Int32Array(Uint8Array.from(bytes).buffer);
  }
}

/** The largest absolute difference; infinite where lengths differ or a value is no number. */
export function distance(
  ours: ArrayLike<number>,
  theirs: ArrayLike<number>,
  counts: (i: number) => boolean = () => true
): number {
  if (ours.length !== theirs.length) return Infinity;
  let most = 0;
  for (let i = 0; i < ours.length; i++) {
    if (!counts(i)) continue;
    const found = Math.abs(ours[i]! - theirs[i]!);
    if (!(found <= most)) most = Number.isNaN(found) ? Infinity : found;
  }
  return most;
}

/** Distance as a share of the largest published entry. */
export function relativeDistance(ours: Float32Array, theirs: Float32Array): number {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const found = distance(ours, theirs);
  return largest === 0 ? found : found / largest;
}

/** Our distance, against the tolerance that meta.json gives under `key`. */
export function within(name: string, ours: number, key: string): ValueFigure {
  return {
    name: `${name}: distance`,
    ours,
    published: {file: "meta.json", path: ["tolerance", key], words: {exact: 0}},
    agrees: ([found], [most]) => found! <= most!
  };
}

export interface Rows {
  input_ids: number[][];
  position_ids?: number[][];
  attention_mask?: number[][];
  labels?: number[][];
}

/** A published batch: positions count from each row's first token unless given. */
export function batchIn({input_ids: ids, position_ids: positions, attention_mask: mask}: Rows): Batch {
  return batchAt(ids, positions ?? ids.map((row, r) => positionsOf(mask?.[r] ?? row.map(() => 1))), mask);
}

function positionsOf(mask: readonly number[]): number[] {
  let next = 0;
  return mask.map((seen) => (seen ? next++ : 0));
}
