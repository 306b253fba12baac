import {gramOf, loadAll} from "../methods/shared/gram.js";
import {dot} from "../numeric/vector.js";
import {type Files} from "./files.js";
import {type TensorAnalysis, type TensorJob} from "./job.js";
import {BLOCK, type Block, MergeTensor, type Scratch} from "./tensor.js";

/** Looks at a tensor's inputs: whole blocks spread evenly until about `budget` elements have been seen. */
export function analyse(job: TensorJob, files: Files, scratch: Scratch, budget: number): TensorAnalysis {
  const tensor = new MergeTensor({...job, work: "F32"}, undefined, files, scratch);
  const {others, base} = tensor;
  const buffer = base >= 0 ? tensor.float() : undefined;
  const loaded = others.map(() => tensor.float());
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
  for (const block of sampleBlocks(tensor.count, budget)) {
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
    countConflicts(loaded, count, result);
  }
  return result;
}

function* sampleBlocks(count: number, budget: number): Generator<Block> {
  const blocks = Math.ceil(count / BLOCK);
  const wanted = Math.max(1, Math.min(blocks, Math.ceil(budget / BLOCK)));
  for (let k = 0; k < wanted && blocks > 0; k++) {
    const start = Math.floor((k * blocks) / wanted) * BLOCK;
    yield {start, count: Math.min(BLOCK, count - start)};
  }
}

function countNonFinite(values: Float32Array, count: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, count);
  let found = 0;
  for (let i = 0; i < count; i++) if ((bits[i]! & 0x7f800000) === 0x7f800000) found++;
  return found;
}

function countConflicts(loaded: readonly Float32Array[], count: number, result: TensorAnalysis): void {
  for (let e = 0; e < count; e++) {
    let positive = 0;
    let negative = 0;
    for (const values of loaded) {
      const v = values[e]!;
      if (v > 0) positive++;
      else if (v < 0) negative++;
    }
    if (positive + negative < 2) continue;
    result.shared++;
    if (positive > 0 && negative > 0) result.conflicts++;
  }
}
