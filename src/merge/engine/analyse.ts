import {gramOf, loadAll} from "../methods/shared/gram.js";
import {countNonFinite} from "../numeric/convert.js";
import {noteSigns} from "../numeric/signs.js";
import {dot} from "../numeric/vector.js";
import type {Files} from "./files.js";
import type {TensorAnalysis, TensorJob} from "./job.js";
import {BLOCK, type Scratch} from "./scratch.js";
import {MergeTensor} from "./tensor.js";

/** Looks at a tensor's inputs: whole blocks spread evenly until about `budget` elements have been seen. */
export function analyse(job: TensorJob, files: Files, scratch: Scratch, budget: number): TensorAnalysis {
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
  for (const block of tensor.sampleBlocks(budget)) {
    const {count} = block;
    result.sampled += count;
    if (buffer) tensor.load(base, block, buffer);
    if (buffer) result.nonFinite += countNonFinite(buffer, count);
    others.forEach((i, k) => {
      tensor.load(i, block, loaded[k]!);
      result.nonFinite += countNonFinite(loaded[k]!, count);
      result.squares[k]! += dot(loaded[k]!, loaded[k]!, count);
    });
    loadAll(tensor, others, block, buffer, loaded);
    gramOf(loaded, count).forEach((row, i) => row.forEach((value, j) => (result.gram[i * n + j]! += value)));
    countConflicts(loaded, states, count, result);
  }
  return result;
}

/** Counts where at least two models differ from zero, and where they do so with both signs. */
function countConflicts(
  loaded: readonly Float32Array[],
  states: Uint32Array,
  count: number,
  result: TensorAnalysis
): void {
  states.fill(0, 0, count);
  for (const values of loaded) noteSigns(values, states, count);
  for (let e = 0; e < count; e++) {
    const state = states[e]!;
    // Of the bits for above and below zero and for another: both signs, or the same sign again.
    result.shared += state >> 2;
    result.conflicts += Number(state === 7);
  }
}
