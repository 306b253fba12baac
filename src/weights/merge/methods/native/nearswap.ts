import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf} from "./arithmetic.js";

/** nearswap in the tensor's own dtype: the reciprocal is rounded before it is multiplied by t. */
export function nearswapNative(tensor: MergeTensor, t: number): void {
  const {r, fill} = arithmeticOf(tensor);
  const base = tensor.float();
  const other = tensor.float();
  const share = tensor.float();
  const nearest = r(1e-6);
  for (const block of tensor.blocks()) {
    const {count} = block;
    tensor.load(tensor.base, block, base);
    tensor.load(tensor.others[0]!, block, other);
    fill(share, count, (i) => base[i]! - other[i]!);
    fill(share, count, (i) => 1 / Math.max(Math.abs(share[i]!), nearest));
    fill(share, count, (i) => share[i]! * t);
    fill(share, count, (i) => Math.min(1, share[i]!));
    fill(other, count, (i) => share[i]! * other[i]!);
    fill(share, count, (i) => 1 - share[i]!);
    fill(base, count, (i) => share[i]! * base[i]!);
    fill(other, count, (i) => other[i]! + base[i]!);
    tensor.store(block, other);
  }
}
