import {f64x2, i32x4, v128, type WasmValue} from "../instructions.js";
import {type Body, kernel, type Local} from "../kernel.js";

/** Adds four float32 to two pairs of double sums. */
function accumulate(
  b: Body,
  sums: readonly [Local<"v128">, Local<"v128">],
  halves: (promote: (value: WasmValue<"v128">) => WasmValue<"v128">) => WasmValue<"v128">
): void {
  b.set(sums[0], f64x2.add(sums[0], halves(f64x2.promoteLow)));
  b.set(sums[1], f64x2.add(sums[1], halves(f64x2.promoteHigh)));
}

/** Inner product as four double sums, written to `sums`. */
export const dot = kernel({a: "f32", b: "f32", sums: "table"}, (body, {a, b, sums}) => {
  const totals = [body.local("v128"), body.local("v128")] as const;
  body.loop(4, () => {
    const x = body.keep(v128.load(a));
    const y = body.keep(v128.load(b));
    accumulate(body, totals, (promote) => f64x2.mul(promote(x), promote(y)));
  });
  totals.forEach((total, i) => body.store(sums, total, 16 * i));
  return undefined;
});

/** Magnitudes as four double sums, written to `sums`. */
export const sumOfMagnitudes = kernel({values: "f32", sums: "table"}, (b, {values, sums}) => {
  const totals = [b.local("v128"), b.local("v128")] as const;
  b.loop(4, () => {
    const magnitudes = b.keep(v128.and(v128.load(values), i32x4.const(0x7fffffff)));
    accumulate(b, totals, (promote) => promote(magnitudes));
  });
  totals.forEach((total, i) => b.store(sums, total, 16 * i));
  return undefined;
});
