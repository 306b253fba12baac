import {f32x4, i32x4, v128, type WasmValue} from "../instructions.js";
import {type Body, kernel} from "../kernel.js";

const EXPONENT = 0x7f800000;
/** Magnitudes from here on round to an infinite float16. */
const OVERFLOW = 0x477ff000;

export const widenBf16 = kernel({from: "u16", to: "f32"}, (b, {from, to}) => {
  b.loop(8, () => {
    for (const half of [0, 1]) b.store(to, i32x4.shl(v128.load16x4(from, 8 * half), 16), 16 * half);
  });
  return undefined;
});

/** Rounds to bfloat16 without regard to NaN; gives back whether any value is NaN or infinite. */
export const narrowBf16 = kernel({from: "f32", to: "u16"}, (b, {from, to}) => {
  const exponent = b.keep(i32x4.const(EXPONENT));
  const top = b.local("v128");
  const parts = [b.local("v128"), b.local("v128")] as const;
  b.loop(8, () => {
    parts.forEach((part, half) => {
      const bits = b.keep(v128.load(from, 16 * half));
      b.set(part, roundedUp(bits));
      b.set(top, i32x4.maxU(top, v128.and(bits, exponent)));
      b.set(top, i32x4.maxU(top, v128.and(part, exponent)));
    });
    b.store(to, i32x4.narrow(i32x4.shrU(parts[0], 16), i32x4.shrU(parts[1], 16)));
  });
  return v128.anyTrue(i32x4.eq(top, exponent));
});

/** Rounds in place to what bfloat16 can hold; NaN becomes quiet. */
export const roundBf16 = kernel({values: "f32"}, (b, {values}) => {
  b.loop(4, () => {
    const bits = b.keep(v128.load(values));
    const nan = i32x4.gtS(v128.and(bits, i32x4.const(0x7fffffff)), i32x4.const(EXPONENT));
    b.store(
      values,
      v128.select(
        v128.or(bits, i32x4.const(0x400000)),
        v128.and(roundedUp(bits), i32x4.const(0xffff0000)),
        nan
      )
    );
  });
  return undefined;
});

/** Adds what carries into the upper half when the lower half rounds up, ties to even. */
function roundedUp(bits: WasmValue<"v128">): WasmValue<"v128"> {
  const odd = v128.and(i32x4.shrU(bits, 16), i32x4.const(1));
  return i32x4.add(i32x4.add(bits, i32x4.const(0x7fff)), odd);
}

export const widenF16 = kernel({from: "u16", to: "f32"}, (b, {from, to}) => {
  b.loop(4, () => {
    const half = b.keep(v128.load16x4(from));
    b.store(to, widened(b, half));
  });
  return undefined;
});

/** Float16 in the lower halves: exponents are re-based; subnormals by a subtraction; NaN loses sign and payload. */
function widened(b: Body, half: WasmValue<"v128">): WasmValue<"v128"> {
  const magnitude = b.keep(i32x4.shl(v128.and(half, i32x4.const(0x7fff)), 13));
  const normal = b.keep(i32x4.add(magnitude, i32x4.const(0x38000000)));
  const tiny = f32x4.sub(i32x4.add(normal, i32x4.const(0x800000)), i32x4.const(0x38800000));
  const infinite = i32x4.add(normal, i32x4.const(0x38000000));
  const finite = v128.select(tiny, normal, i32x4.ltS(magnitude, i32x4.const(0x800000)));
  const number = v128.select(infinite, finite, i32x4.geS(magnitude, i32x4.const(0xf800000)));
  const sign = i32x4.shl(v128.and(half, i32x4.const(0x8000)), 16);
  const nan = i32x4.gtS(magnitude, i32x4.const(0xf800000));
  return v128.select(i32x4.const(0x7fc00000), v128.or(number, sign), nan);
}

/** Rounds to float16 (ties to even, overflow to infinity); gives back whether any is NaN or infinite. */
export const narrowF16 = kernel({from: "f32", to: "u16"}, (b, {from, to}) => {
  const over = b.local("v128");
  const parts = [b.local("v128"), b.local("v128")] as const;
  b.loop(8, () => {
    parts.forEach((part, half) => {
      const bits = b.keep(v128.load(from, 16 * half));
      b.set(over, v128.or(over, i32x4.geS(v128.and(bits, i32x4.const(0x7fffffff)), i32x4.const(OVERFLOW))));
      b.set(part, halfBits(b, bits));
    });
    b.store(to, i32x4.narrow(parts[0], parts[1]));
  });
  return v128.anyTrue(over);
});

/** Rounds in place to what float16 can hold. */
export const roundF16 = kernel({values: "f32"}, (b, {values}) => {
  b.loop(4, () => {
    const bits = b.keep(v128.load(values));
    const half = b.keep(halfBits(b, bits));
    b.store(values, widened(b, half));
  });
  return undefined;
});

function halfBits(b: Body, bits: WasmValue<"v128">): WasmValue<"v128"> {
  const magnitude = b.keep(v128.and(bits, i32x4.const(0x7fffffff)));
  const odd = v128.and(i32x4.shrU(magnitude, 13), i32x4.const(1));
  const normal = i32x4.shrU(
    i32x4.sub(i32x4.add(i32x4.add(magnitude, i32x4.const(0xfff)), odd), i32x4.const(0x38000000)),
    13
  );
  // Adding one half lines the last bit up with half precision's smallest step.
  const tiny = i32x4.sub(f32x4.add(magnitude, i32x4.const(0x3f000000)), i32x4.const(0x3f000000));
  const finite = v128.select(normal, tiny, i32x4.geS(magnitude, i32x4.const(0x38800000)));
  const nan = i32x4.gtS(magnitude, i32x4.const(EXPONENT));
  const top = v128.select(i32x4.const(0x7e00), i32x4.const(0x7c00), nan);
  const number = v128.select(top, finite, i32x4.geS(magnitude, i32x4.const(OVERFLOW)));
  return v128.or(number, v128.and(i32x4.shrU(bits, 16), i32x4.const(0x8000)));
}

/** Whether any value is NaN or infinite. */
export const anyNonFinite = kernel({values: "f32"}, (b, {values}) => {
  const top = b.local("v128");
  b.loop(4, () => {
    b.set(top, i32x4.maxU(top, v128.and(v128.load(values), i32x4.const(EXPONENT))));
  });
  return v128.anyTrue(i32x4.eq(top, i32x4.const(EXPONENT)));
});
