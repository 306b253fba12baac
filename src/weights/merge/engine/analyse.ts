import {gramOf, loadAll} from "../methods/shared/gram.js";
import {countNonFinite} from "../numeric/convert.js";
import {noteSigns} from "../numeric/signs.js";
import {dot} from "../numeric/vector.js";
import type {ThreadFiles} from "./files.js";
import type {TensorAnalysis, TensorJob} from "./job.js";
import {sampledBlocks} from "./sample.js";
import {BLOCK, type ThreadBuffers} from "./scratch.js";
import {MergeTensor} from "./tensor.js";

/** How a tensor's inputs relate, from about `budget` of its elements; from all of them where it has no more. */
export function analyse(
  job: TensorJob,
  files: ThreadFiles,
  scratch: ThreadBuffers,
  budget: number
): TensorAnalysis {
  const tensor = new MergeTensor({...job, work: "F32"}, undefined, files, scratch);
  const {others, base} = tensor;
  const buffer = base >= 0 ? tensor.float() : undefined;
  const loaded = others.map(() => tensor.float());
  const states = tensor.counters(BLOCK);
  const n = others.length;
  const result: TensorAnalysis = {
    elements: tensor.count,
    sampled: 0,
    models: others.map((i) => job.inputs[i]!.model),
    squares: others.map(() => 0),
    gram: new Array<number>(n * n).fill(0),
    shared: 0,
    conflicts: 0,
    nonFinite: 0
  };
  for (const block of sampledBlocks(job, budget)) {
    const {count, weight} = block;
    result.sampled += count;
    if (buffer) tensor.load(base, block, buffer);
    if (buffer) result.nonFinite += countNonFinite(buffer, count);
    others.forEach((i, k) => {
      tensor.load(i, block, loaded[k]!);
      result.nonFinite += countNonFinite(loaded[k]!, count);
      result.squares[k]! += weight * dot(loaded[k]!, loaded[k]!, count);
    });
    loadAll(tensor, others, block, buffer, loaded);
    gramOf(loaded, count).forEach((row, i) =>
      row.forEach((value, j) => (result.gram[i * n + j]! += weight * value))
    );
    const {shared, conflicts} = countConflicts(loaded, states, count);
    result.shared += weight * shared;
    result.conflicts += weight * conflicts;
  }
  return result;
}

export type Scan = Pick<TensorAnalysis, "elements" | "sampled" | "nonFinite">;

/** How many elements of a tensor's inputs are NaN or infinite, of those that `analyse` would look at. */
export function scan(job: TensorJob, files: ThreadFiles, scratch: ThreadBuffers, budget: number): Scan {
  const tensor = new MergeTensor({...job, work: "F32"}, undefined, files, scratch);
  const values = tensor.float();
  const result = {elements: tensor.count, sampled: 0, nonFinite: 0};
  for (const block of sampledBlocks(job, budget)) {
    result.sampled += block.count;
    for (const i of job.inputs.keys()) {
      tensor.load(i, block, values);
      result.nonFinite += countNonFinite(values, block.count);
    }
  }
  return result;
}

/** Counts where at least two models differ from zero, and where they do so with both signs. */
function countConflicts(
  loaded: readonly Float32Array[],
  states: Uint32Array,
  count: number
): {shared: number; conflicts: number} {
  states.fill(0, 0, count);
  for (const values of loaded) noteSigns(values, states, count);
  let shared = 0;
  let conflicts = 0;
  for (let e = 0; e < count; e++) {
    const state = states[e]!;
    // Of the bits for above and below zero and for another: both signs, or the same sign again.
    shared += state >> 2;
    conflicts += Number(state === 7);
  }
  return {shared, conflicts};
}
