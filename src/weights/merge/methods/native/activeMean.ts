import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf, walkOf} from "./arithmetic.js";

/**
 * ram in the tensor's own dtype. With `factors` (ramplus_tl) an entry that only one model changes is multiplied in
 * float32, which makes the sums and the result float32.
 */
export function activeMeanNative(tensor: MergeTensor, factors?: readonly number[]): void {
  const {r, fill} = arithmeticOf(tensor);
  const epsilon = r(tensor.parameter("epsilon"));
  const out = tensor.float();
  walkOf(
    tensor,
    tensor.others,
    true
  )(({start, count, base, values}) => {
    const change = (i: number) => {
      const active = values.flatMap((value, k) => (Math.abs(value[i]!) > epsilon ? [k] : []));
      if (active.length === 1) {
        const [k] = active as [number];
        return values[k]![i]! * (factors?.[k] ?? 1);
      }
      return active.reduce((sum, k) => Math.fround(sum + r(values[k]![i]! / active.length)), 0);
    };
    if (factors) for (let i = 0; i < count; i++) out[i] = base![i]! + Math.fround(change(i));
    else {
      fill(out, count, change);
      fill(out, count, (i) => base![i]! + out[i]!);
    }
    tensor.store({start, count}, out);
  });
}
