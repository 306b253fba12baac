import {i32, i32x4, laneSum, v128} from "../instructions.js";
import {type Body, kernel, type Local} from "../kernel.js";

const MAGNITUDE = 0x7fffffff;

/** Zeroes values whose magnitude's bits are not above `key`. */
export const keepAbove = kernel({values: "f32", key: "integer"}, (b, {values, key}) => {
  const cut = b.keep(i32x4.splat(key));
  b.loop(4, () => {
    const bits = b.keep(v128.load(values));
    b.store(values, v128.and(bits, i32x4.gtS(v128.and(bits, i32x4.const(MAGNITUDE)), cut)));
  });
  return undefined;
});

/** How many magnitudes have exactly these bits. */
export const countEqual = kernel({values: "f32", key: "integer"}, (b, {values, key}) => {
  const wanted = b.keep(i32x4.splat(key));
  const found = b.local("v128");
  b.loop(4, () => {
    const bits = v128.and(v128.load(values), i32x4.const(MAGNITUDE));
    b.set(found, i32x4.sub(found, i32x4.eq(bits, wanted)));
  });
  return laneSum(found);
});

/** Zeroes values whose bit is not set; the first value's is the highest of a byte. */
export const keepMasked = kernel({values: "f32", mask: "bits"}, (b, {values, mask}) => {
  const high = b.keep(i32x4.lanes(128, 64, 32, 16));
  const low = b.keep(i32x4.lanes(8, 4, 2, 1));
  b.loop(8, () => {
    const byte = b.keep(i32x4.splat(i32.loadByte(mask)));
    [high, low].forEach((wanted, half) => {
      const kept = i32x4.eq(v128.and(byte, wanted), wanted);
      b.store(values, v128.and(v128.load(values, 16 * half), kept), 16 * half);
    });
  });
  return undefined;
});

/** Zeroes values where the other array has a zero. */
export const keepWhere = kernel({values: "f32", other: "f32"}, (b, {values, other}) => {
  b.loop(4, () => {
    const kept = i32x4.ne(v128.and(v128.load(other), i32x4.const(MAGNITUDE)), i32x4.const(0));
    b.store(values, v128.and(v128.load(values), kept));
  });
  return undefined;
});

/** Sets the bits of those positions whose 31 random bits are below `limit`; the words as in Draws. */
export const drawMask = kernel(
  {mask: "bits", position: "integer", first: "integer", second: "integer", limit: "integer"},
  (b, {mask, limit, ...words}) => {
    const below = b.keep(i32x4.splat(limit));
    const draw = draws(b, words);
    b.loop(8, () => {
      const [high, low] = [0, 1].map(() => i32x4.signs(i32x4.sub(i32x4.shrU(draw(), 1), below)));
      b.storeByte(mask, i32.or(i32.shl(high!, i32.const(4)), low!));
    });
    return undefined;
  }
);

/** Sets the bits of those positions whose number is below its own limit: both less 2^31, the limits of each four backwards. */
export const drawUnder = kernel(
  {mask: "bits", limits: "f32", position: "integer", first: "integer", second: "integer"},
  (b, {mask, limits, ...words}) => {
    const half = b.keep(i32x4.const(-2147483648));
    const draw = draws(b, words);
    b.loop(8, () => {
      const [high, low] = [0, 16].map((offset) =>
        i32x4.signs(i32x4.ltS(v128.xor(draw(), half), v128.load(limits, offset)))
      );
      b.storeByte(mask, i32.or(i32.shl(high!, i32.const(4)), low!));
    });
    return undefined;
  }
);

/** Each call gives the numbers of the next four positions, backwards, because the first lane's sign becomes the lowest bit. */
function draws(
  b: Body,
  {position, first, second}: Record<"position" | "first" | "second", Local<"i32">>
): () => Local<"v128"> {
  const at = b.keep(i32x4.add(i32x4.splat(position), i32x4.lanes(3, 2, 1, 0)));
  const k0 = b.keep(i32x4.splat(first));
  const k1 = b.keep(i32x4.splat(second));
  const [c0, c1, c2, c3] = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x9e3779b1].map((factor) =>
    b.keep(i32x4.const(factor))
  ) as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
  const four = b.keep(i32x4.const(4));
  return () => {
    const h = b.keep(i32x4.mul(v128.xor(at, k0), c0));
    mix(b, h, 15);
    b.set(h, i32x4.mul(i32x4.add(h, k1), c1));
    mix(b, h, 13);
    b.set(h, i32x4.mul(h, c2));
    mix(b, h, 16);
    b.set(h, i32x4.mul(h, c3));
    mix(b, h, 15);
    b.set(at, i32x4.add(at, four));
    return h;
  };
}

function mix(b: Body, h: Local<"v128">, bits: number): void {
  b.set(h, v128.xor(h, i32x4.shrU(h, bits)));
}
