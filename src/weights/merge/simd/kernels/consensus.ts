import {f32x4, f64x2, i32x4, v128, type WasmValue} from "../instructions.js";
import {kernel} from "../kernel.js";

/** Where a value is not zero and has the sign. */
function agreeing(value: WasmValue<"v128">, sign: WasmValue<"v128">): WasmValue<"v128"> {
  const nonZero = i32x4.ne(v128.and(value, i32x4.const(0x7fffffff)), i32x4.const(0));
  return v128.andNot(nonZero, i32x4.shrS(v128.xor(value, sign), 31));
}

/** Zeroes what does not have the sign, and adds the weight to the divisors of what has it. */
export const keepAgreeing = kernel(
  {values: "f32", signs: "f32", divisors: "f32", weight: "single"},
  (b, {values, signs, divisors, weight}) => {
    const w = b.keep(f32x4.splat(weight));
    b.loop(4, () => {
      const value = b.keep(v128.load(values));
      const agrees = b.keep(agreeing(value, v128.load(signs)));
      b.store(values, v128.and(value, agrees));
      b.store(divisors, f32x4.add(v128.load(divisors), v128.and(w, agrees)));
    });
    return undefined;
  }
);

/**
 * mix = base + (sum of those of a and b that have mix's sign) * a factor that depends on which have it (any where the
 * sum is zero); in double precision, rounded once.
 */
export const addAgreeingPair = kernel(
  {
    mix: "f32",
    a: "f32",
    b: "f32",
    base: "f32",
    first: "double",
    second: "double",
    both: "double"
  },
  (body, {mix, a, b, base, first, second, both}) => {
    const onlyA = body.keep(f64x2.splat(first));
    const onlyB = body.keep(f64x2.splat(second));
    const together = body.keep(f64x2.splat(both));
    body.loop(4, () => {
      const sign = body.keep(v128.load(mix));
      const x = body.keep(v128.load(a));
      const y = body.keep(v128.load(b));
      const origin = body.keep(v128.load(base));
      const inA = body.keep(agreeing(x, sign));
      const inB = body.keep(agreeing(y, sign));
      body.set(x, v128.and(x, inA));
      body.set(y, v128.and(y, inB));
      const half = (
        promote: (v: WasmValue<"v128">) => WasmValue<"v128">,
        extend: (v: WasmValue<"v128">) => WasmValue<"v128">
      ) => {
        const factor = v128.select(v128.select(together, onlyA, extend(inB)), onlyB, extend(inA));
        return f64x2.add(promote(origin), f64x2.mul(f64x2.add(promote(x), promote(y)), factor));
      };
      body.store(
        mix,
        f64x2.demote(half(f64x2.promoteLow, i32x4.extendLow), half(f64x2.promoteHigh, i32x4.extendHigh))
      );
    });
    return undefined;
  }
);
