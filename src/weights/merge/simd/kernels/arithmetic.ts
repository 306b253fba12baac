import {f32x4, f64x2, i32x4, v128, type WasmValue} from "../instructions.js";
import {type Body, kernel} from "../kernel.js";

export const add = kernel({target: "f32", other: "f32"}, (b, {target, other}) => {
  b.loop(4, () => b.store(target, f32x4.add(v128.load(target), v128.load(other))));
  return undefined;
});

export const subtract = kernel({target: "f32", other: "f32"}, (b, {target, other}) => {
  b.loop(4, () => b.store(target, f32x4.sub(v128.load(target), v128.load(other))));
  return undefined;
});

export const sumOfTwo = kernel({into: "f32", a: "f32", b: "f32"}, (body, {into, a, b}) => {
  body.loop(4, () => body.store(into, f32x4.add(v128.load(a), v128.load(b))));
  return undefined;
});

export const scale = kernel({target: "f32", factor: "single"}, (b, {target, factor}) => {
  b.loop(4, () => b.store(target, f32x4.mul(v128.load(target), f32x4.splat(factor))));
  return undefined;
});

/** target / divisors, where a divisor of zero counts as one. */
export const divide = kernel({target: "f32", divisors: "f32"}, (b, {target, divisors}) => {
  b.loop(4, () => {
    const divisor = b.keep(v128.load(divisors));
    const zero = i32x4.eq(v128.and(divisor, i32x4.const(0x7fffffff)), i32x4.const(0));
    const one = i32x4.const(0x3f800000);
    b.store(target, f32x4.div(v128.load(target), v128.select(one, divisor, zero)));
  });
  return undefined;
});

/** Both halves of four float32 in double precision, and the result rounded once. */
function inDouble(
  b: Body,
  inputs: readonly WasmValue<"v128">[],
  compute: (...halves: WasmValue<"v128">[]) => WasmValue<"v128">
): WasmValue<"v128"> {
  const kept = inputs.map((input) => b.keep(input));
  const low = kept.map((value) => f64x2.promoteLow(value));
  const high = kept.map((value) => f64x2.promoteHigh(value));
  return f64x2.demote(compute(...low), compute(...high));
}

export const addScaled = kernel(
  {target: "f32", factor: "double", other: "f32"},
  (b, {target, factor, other}) => {
    const f = b.keep(f64x2.splat(factor));
    b.loop(4, () =>
      b.store(
        target,
        inDouble(b, [v128.load(target), v128.load(other)], (x, y) => f64x2.add(x!, f64x2.mul(f, y!)))
      )
    );
    return undefined;
  }
);

export const combineTwo = kernel(
  {into: "f32", first: "double", a: "f32", second: "double", b: "f32"},
  (body, {into, first, a, second, b}) => {
    const f = body.keep(f64x2.splat(first));
    const g = body.keep(f64x2.splat(second));
    body.loop(4, () =>
      body.store(
        into,
        inDouble(body, [v128.load(a), v128.load(b)], (x, y) => f64x2.add(f64x2.mul(f, x!), f64x2.mul(g, y!)))
      )
    );
    return undefined;
  }
);

/** Sums in double precision that are kept between calls. */
export const promote = kernel({into: "f64[]", from: "f32"}, (b, {into, from}) => {
  b.loop(4, () => {
    const values = b.keep(v128.load(from));
    b.store(into, f64x2.promoteLow(values));
    b.store(into, f64x2.promoteHigh(values), 16);
  });
  return undefined;
});

export const addScaledDouble = kernel(
  {sum: "f64[]", factor: "double", other: "f32"},
  (b, {sum, factor, other}) => {
    const f = b.keep(f64x2.splat(factor));
    b.loop(4, () => {
      const values = b.keep(v128.load(other));
      [f64x2.promoteLow(values), f64x2.promoteHigh(values)].forEach((half, i) =>
        b.store(sum, f64x2.add(v128.load(sum, 16 * i), f64x2.mul(f, half)), 16 * i)
      );
    });
    return undefined;
  }
);

export const demote = kernel({from: "f64[]", into: "f32"}, (b, {from, into}) => {
  b.loop(4, () => b.store(into, f64x2.demote(v128.load(from), v128.load(from, 16))));
  return undefined;
});
