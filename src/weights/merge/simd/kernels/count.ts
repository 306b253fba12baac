import {f32x4, i32, i32x4, laneSum, v128, type WasmValue} from "../instructions.js";
import {type Body, kernel} from "../kernel.js";

/** Counts the upper 16 bits of magnitudes (32,768 words in `table`). */
export const countUpper = kernel({values: "f32", table: "table"}, (b, {values, table}) => {
  b.loop(4, () => {
    for (const lane of [0, 1, 2, 3]) {
      const bits = i32.load(values, 4 * lane);
      // Bits 16 to 30, times the four bytes of a word.
      bump(b, i32.add(table, i32.and(i32.shrU(bits, i32.const(14)), i32.const(0x1fffc))));
    }
  });
  return undefined;
});

/**
 * Counts the lower 16 bits of those magnitudes whose upper ones are `bucket` (65,536 words in `table`). In 16-bit
 * models most lower bits are zero, so those are counted apart.
 */
export const countLower = kernel(
  {values: "f32", bucket: "integer", table: "table"},
  (b, {values, bucket, table}) => {
    const lowest = b.local("i32", i32.shl(bucket, i32.const(16)));
    const exact = b.keep(i32x4.splat(lowest));
    const magnitude = b.keep(i32x4.const(0x7fffffff));
    const upper = b.keep(i32x4.const(0x7fff0000));
    const found = b.local("v128");
    b.loop(4, () => {
      const bits = b.keep(v128.and(v128.load(values), magnitude));
      const zero = b.keep(i32x4.eq(bits, exact));
      b.set(found, i32x4.sub(found, zero));
      const inside = i32x4.eq(v128.and(bits, upper), exact);
      b.if(v128.anyTrue(v128.andNot(inside, zero)), () => {
        for (const lane of [0, 1, 2, 3]) {
          const offset = b.local("i32", i32.sub(i32x4.lane(bits, lane), lowest));
          b.if(i32.ltU(i32.sub(offset, i32.const(1)), i32.const(65535)), () =>
            bump(b, i32.add(table, i32.shl(offset, i32.const(2))))
          );
        }
      });
    });
    b.storeWord(table, i32.add(i32.load(table), laneSum(found)));
    return undefined;
  }
);

function bump(b: Body, address: WasmValue<"i32">): void {
  const at = b.local("i32", address);
  b.storeWord(at, i32.add(i32.load(at), i32.const(1)));
}

/** Notes in each state that a value is above (1) or below zero (2), and that it is not the first of them (4). */
export const noteSigns = kernel({values: "f32", states: "f32"}, (b, {values, states}) => {
  b.loop(4, () => {
    const value = b.keep(v128.load(values));
    const state = b.keep(v128.load(states));
    const zero = i32x4.const(0);
    const above = b.keep(f32x4.gt(value, zero));
    const below = b.keep(f32x4.lt(value, zero));
    const again = v128.and(v128.or(above, below), i32x4.ne(state, zero));
    const marks = [above, below, again].map((mask, i) => v128.and(mask, i32x4.const(1 << i)));
    b.store(states, marks.reduce<WasmValue<"v128">>(v128.or, state));
  });
  return undefined;
});
