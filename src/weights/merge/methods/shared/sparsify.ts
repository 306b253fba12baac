import type {TensorBlock, MergeTensor} from "../../engine/tensor.js";
import {keepMasked} from "../../numeric/keep.js";
import {type Rank, RankSelection} from "../../numeric/select.js";

/** Zeroes the entries of a difference that a sparsifier drops. */
export interface Keep {
  /** Called before each walk over the blocks. */
  begin?(): void;
  apply(delta: Float32Array, block: TensorBlock): void;
}

/** Decides what to keep of the differences of several models; undefined keeps everything. */
export type Sparsifier = (tensor: MergeTensor, inputs: readonly number[]) => (Keep | undefined)[];

/** Keeps what a given mask keeps: row-major bits, the first in the highest bit of a byte. */
export function keepMask(mask: Uint8Array): Keep {
  return {apply: (delta, {start, count}) => keepMasked(delta, mask, start, count)};
}

/** Masks are remembered between walks over a tensor while they have no more bits than this (16 MB). */
const REMEMBERED = 1 << 27;

/** Whether a mask for each of these models may be kept in memory until the tensor is done. */
export function mayRemember(tensor: MergeTensor, inputs: readonly number[]): boolean {
  return tensor.count * inputs.length <= REMEMBERED;
}

/** A walk over the differences of models to the base, block by block. */
export function deltaPass(tensor: MergeTensor, inputs: readonly number[], rows = false) {
  const size = tensor.blockSize(rows);
  const base = tensor.float(size);
  const deltas = inputs.map(() => tensor.float(size));
  return (
    visit: (deltas: readonly Float32Array[], block: TensorBlock) => void,
    blocks: Iterable<TensorBlock> = tensor.blocks(rows)
  ): void => {
    for (const block of blocks) {
      tensor.load(tensor.base, block, base);
      deltas.forEach((delta, k) => tensor.loadDelta(inputs[k]!, block, base, delta));
      visit(deltas, block);
    }
  };
}

/** Tensors from this size on are sampled before they are counted, and so many elements of them. */
const LARGE = 1 << 20;
const SAMPLE = 1 << 18;

/** The magnitudes at ascending positions in the differences of some models, all found in the same walks. */
export function deltaRanks(
  tensor: MergeTensor,
  wanted: readonly {input: number; positions: readonly number[]}[]
): Rank[][] {
  if (wanted.length === 0) return [];
  const selections = wanted.map(
    ({positions}) => new RankSelection(positions, tensor.work === "BF16", (count) => tensor.counters(count))
  );
  const pass = deltaPass(
    tensor,
    wanted.map(({input}) => input)
  );
  const each = (visit: (selection: RankSelection, delta: Float32Array, count: number) => unknown) => {
    return (deltas: readonly Float32Array[], {count}: TensorBlock) =>
      deltas.forEach((delta, k) => visit(selections[k]!, delta, count));
  };
  if (tensor.count >= LARGE) {
    let sampled = 0;
    const show = each((selection, delta, count) => selection.sample(delta, count));
    pass((deltas, block) => {
      show(deltas, block);
      sampled += block.count;
    }, tensor.sampleBlocks(SAMPLE));
    for (const selection of selections) selection.guess(sampled, tensor.count);
  }
  pass(each((selection, delta, count) => selection.first(delta, count)));
  const again = new Set(selections.filter((selection) => selection.more()));
  if (again.size > 0)
    pass(each((selection, delta, count) => again.has(selection) && selection.second(delta, count)));
  return selections.map((selection) => selection.ranks());
}
