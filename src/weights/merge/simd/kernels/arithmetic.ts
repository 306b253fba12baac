import {f32x4, f64x2, i32x4, v128} from "../instructions.js";
import {inDouble, kernel} from "../kernel.js";

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

/** into = (factor * (a - b))² */
export const squareDifference = kernel(
  {into: "f32", factor: "double", a: "f32", b: "f32"},
  (body, {into, factor, a, b}) => {
    const f = body.keep(f64x2.splat(factor));
    body.loop(4, () => {
      const [first, second] = [v128.load(a), v128.load(b)].map((value) => body.keep(value));
      const [x, y] = [f64x2.promoteLow, f64x2.promoteHigh].map((promote) =>
        body.keep(f64x2.mul(f, f64x2.sub(promote(first!), promote(second!))))
      );
      body.store(into, f64x2.demote(f64x2.mul(x!, x!), f64x2.mul(y!, y!)));
    });
    return undefined;
  }
);

/** into = base + sums / the larger of divisor and `least` */
export const addQuotients = kernel(
  {into: "f32", base: "f32", sums: "f64[]", divisors: "f32", least: "double"},
  (b, {into, base, sums, divisors, least}) => {
    const smallest = b.keep(f64x2.splat(least));
    b.loop(4, () => {
      const origin = b.keep(v128.load(base));
      const divisor = b.keep(v128.load(divisors));
      const [low, high] = [f64x2.promoteLow, f64x2.promoteHigh].map((promote, half) =>
        f64x2.add(
          promote(origin),
          f64x2.div(v128.load(sums, 16 * half), f64x2.max(promote(divisor), smallest))
        )
      );
      b.store(into, f64x2.demote(low!, high!));
    });
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
