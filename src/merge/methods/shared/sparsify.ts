import {type Block, type MergeTensor} from "../../engine/tensor.js";

/** Zeroes the entries of a difference that a sparsifier drops. */
export interface Keep {
  /** Called before each walk over the blocks. */
  begin?(): void;
  apply(delta: Float32Array, block: Block): void;
}

/** Decides what to keep of one model's difference; undefined keeps everything. */
export type Sparsifier = (tensor: MergeTensor, input: number) => Keep | undefined;

/** Keeps what a given mask keeps: row-major bits, the first in the highest bit of a byte. */
export function keepMask(mask: Uint8Array): Keep {
  return {
    apply(delta, {start, count}) {
      for (let i = 0; i < count; i++) {
        const at = start + i;
        if (((mask[Math.floor(at / 8)]! >> (7 - (at % 8))) & 1) === 0) delta[i] = 0;
      }
    }
  };
}

/** A walk over one model's differences to the base. The first one keeps them when they fit into memory. */
export function deltaPass(tensor: MergeTensor, input: number, rows = false) {
  const base = tensor.float(tensor.blockSize(rows));
  const delta = tensor.float(tensor.blockSize(rows));
  return (visit: (values: Float32Array, count: number, block: Block) => void): void => {
    for (const block of tensor.blocks(rows)) {
      if (!tensor.isCached(input)) tensor.load(tensor.base, block, base);
      tensor.loadDelta(input, block, base, delta);
      tensor.cacheDelta(input, block, delta);
      visit(delta, block.count, block);
    }
  };
}
