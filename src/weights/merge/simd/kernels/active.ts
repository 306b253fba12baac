import {f32x4, f64x2, i32x4, laneSum, v128, type WasmValue} from "../instructions.js";
import {inDouble, kernel} from "../kernel.js";

function nonZero(value: WasmValue<"v128">): WasmValue<"v128"> {
  return i32x4.ne(v128.and(value, i32x4.const(0x7fffffff)), i32x4.const(0));
}

/** Adds 1 to the words of values that are not zero. */
export const countActive = kernel({values: "f32", active: "f32"}, (b, {values, active}) => {
  b.loop(4, () => b.store(active, i32x4.sub(v128.load(active), nonZero(v128.load(values)))));
  return undefined;
});

/** How many values are not zero where the word is 1. */
export const countAlone = kernel({values: "f32", active: "f32"}, (b, {values, active}) => {
  const found = b.local("v128");
  b.loop(4, () => {
    const alone = v128.and(nonZero(v128.load(values)), i32x4.eq(v128.load(active), i32x4.const(1)));
    b.set(found, i32x4.sub(found, alone));
  });
  return laneSum(found);
});

/** Multiplies sums where the word is 1 and the value is not zero. */
export const scaleAlone = kernel(
  {sum: "f32", values: "f32", active: "f32", factor: "single"},
  (b, {sum, values, active, factor}) => {
    const f = b.keep(f32x4.splat(factor));
    b.loop(4, () => {
      const own = b.keep(v128.load(sum));
      const alone = v128.and(nonZero(v128.load(values)), i32x4.eq(v128.load(active), i32x4.const(1)));
      b.store(sum, v128.select(f32x4.mul(own, f), own, alone));
    });
    return undefined;
  }
);

/** sum = base + sum / the word, where 0 counts as 1; in double precision, rounded once. */
export const addMean = kernel({sum: "f32", base: "f32", active: "f32"}, (b, {sum, base, active}) => {
  const one = b.keep(i32x4.const(1));
  b.loop(4, () => {
    const count = f32x4.ofWords(i32x4.maxU(v128.load(active), one));
    b.store(
      sum,
      inDouble(b, [v128.load(base), v128.load(sum), count], (x, y, n) => f64x2.add(x!, f64x2.div(y!, n!)))
    );
  });
  return undefined;
});
