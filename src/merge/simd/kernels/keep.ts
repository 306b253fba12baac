import {i32x4, laneSum, v128, type Value} from "../instructions.js";
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

/** Zeroes values whose 31 random bits are not below `limit`; `position` and the words as in Draws. */
export const keepAtRandom = kernel(
  {values: "f32", position: "integer", first: "integer", second: "integer", limit: "integer"},
  (b, {values, position, first, second, limit}) => {
    const at = b.local("v128");
    b.set(at, i32x4.add(i32x4.splat(position), lanes(b)));
    const k0 = b.keep(i32x4.splat(first));
    const k1 = b.keep(i32x4.splat(second));
    const below = b.keep(i32x4.splat(limit));
    const [c0, c1, c2, c3] = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x9e3779b1].map((factor) =>
      b.keep(i32x4.const(factor))
    ) as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
    const four = b.keep(i32x4.const(4));
    b.loop(8, () => {
      for (const half of [0, 16]) {
        const h = b.keep(i32x4.mul(v128.xor(at, k0), c0));
        mix(b, h, 15);
        b.set(h, i32x4.mul(i32x4.add(h, k1), c1));
        mix(b, h, 13);
        b.set(h, i32x4.mul(h, c2));
        mix(b, h, 16);
        b.set(h, i32x4.mul(h, c3));
        mix(b, h, 15);
        b.store(values, v128.and(v128.load(values, half), i32x4.gtS(below, i32x4.shrU(h, 1))), half);
        b.set(at, i32x4.add(at, four));
      }
    });
    return undefined;
  }
);

function mix(b: Body, h: Local<"v128">, bits: number): void {
  b.set(h, v128.xor(h, i32x4.shrU(h, bits)));
}

/** 0, 1, 2, 3: each mask keeps the lanes from its own on and adds one there. */
function lanes(b: Body): Value<"v128"> {
  const zero = i32x4.const(0);
  const ones = b.keep(i32x4.const(1));
  const from = (lane: number) =>
    v128.shuffle(
      zero,
      ones,
      Array.from({length: 16}, (_, byte) => (byte >> 2 >= lane ? 16 + byte : byte))
    );
  return i32x4.add(i32x4.add(from(1), from(2)), from(3));
}
