/** WebAssembly's types as far as kernels use them. */
export type Type = "i32" | "f32" | "f64" | "v128";

/** Code that leaves one value on the stack. */
export interface WasmValue<T extends Type> {
  readonly type: T;
  readonly code: readonly number[];
}

export const I32 = 0x7f;

export const TYPE_BYTES: Readonly<Record<Type, number>> = {i32: I32, f32: 0x7d, f64: 0x7c, v128: 0x7b};

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return bytes;
}

/** Signed LEB128 of an i32. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value | 0; ; left >>= 7) {
    const last = left >> 6 === 0 || left >> 6 === -1;
    bytes.push((left & 127) | (last ? 0 : 128));
    if (last) return bytes;
  }
}

type WasmValues<A extends readonly Type[]> = {[K in keyof A]: WasmValue<A[K]>};

function instruction<R extends Type, const A extends readonly Type[]>(
  type: R,
  operands: A,
  opcode: readonly number[]
): (...values: WasmValues<A>) => WasmValue<R> {
  // Callbacks of map and reduce hand over more than the operands.
  return (...values) => ({
    type,
    code: [...values.slice(0, operands.length).flatMap(({code}) => code), ...opcode]
  });
}

const vector = (opcode: number) => [0xfd, ...unsigned(opcode)];
const one = (opcode: number) => instruction("v128", ["v128"], vector(opcode));
const two = (opcode: number) => instruction("v128", ["v128", "v128"], vector(opcode));
const shift = (opcode: number) => {
  const run = instruction("v128", ["v128", "i32"], vector(opcode));
  return (value: WasmValue<"v128">, bits: number) => run(value, i32.const(bits));
};

export const i32 = {
  const: (value: number): WasmValue<"i32"> => ({type: "i32", code: [0x41, ...signed(value)]}),
  add: instruction("i32", ["i32", "i32"], [0x6a]),
  sub: instruction("i32", ["i32", "i32"], [0x6b]),
  and: instruction("i32", ["i32", "i32"], [0x71]),
  shl: instruction("i32", ["i32", "i32"], [0x74]),
  shrU: instruction("i32", ["i32", "i32"], [0x76]),
  eq: instruction("i32", ["i32", "i32"], [0x46]),
  ltU: instruction("i32", ["i32", "i32"], [0x49]),
  load: (address: WasmValue<"i32">, offset = 0): WasmValue<"i32"> => ({
    type: "i32",
    code: [...address.code, 0x28, 2, ...unsigned(offset)]
  }),
  loadByte: (address: WasmValue<"i32">): WasmValue<"i32"> => ({
    type: "i32",
    code: [...address.code, 0x2d, 0, 0]
  }),
  or: instruction("i32", ["i32", "i32"], [0x72]),
  xor: instruction("i32", ["i32", "i32"], [0x73])
};

export const v128 = {
  load: (address: WasmValue<"i32">, offset = 0): WasmValue<"v128"> => ({
    type: "v128",
    code: [...address.code, ...vector(0), 0, ...unsigned(offset)]
  }),
  /** Four 16-bit words, each widened to 32 bits with zeros. */
  load16x4: (address: WasmValue<"i32">, offset = 0): WasmValue<"v128"> => ({
    type: "v128",
    code: [...address.code, ...vector(4), 0, ...unsigned(offset)]
  }),
  and: two(78),
  /** First and not second. */
  andNot: two(79),
  or: two(80),
  xor: two(81),
  not: one(77),
  /** Bits of the first where the mask is set, else of the second. */
  select: instruction("v128", ["v128", "v128", "v128"], vector(82)),
  anyTrue: instruction("i32", ["v128"], vector(83)),
  /** Bytes 0 to 15 name those of the first, 16 to 31 those of the second. */
  shuffle: (
    first: WasmValue<"v128">,
    second: WasmValue<"v128">,
    bytes: readonly number[]
  ): WasmValue<"v128"> => ({
    type: "v128",
    code: [...first.code, ...second.code, ...vector(13), ...bytes]
  })
};

export const i32x4 = {
  splat: instruction("v128", ["i32"], vector(17)),
  const: (value: number) => i32x4.splat(i32.const(value)),
  lane: (value: WasmValue<"v128">, lane: number): WasmValue<"i32"> => ({
    type: "i32",
    code: [...value.code, ...vector(27), lane]
  }),
  /** The sign bits of the lanes, the first lane's lowest. */
  signs: instruction("i32", ["v128"], vector(164)),
  /** Four numbers, each below 2^31. */
  lanes: (...numbers: readonly [number, number, number, number]): WasmValue<"v128"> => ({
    type: "v128",
    code: [...vector(12), ...new Uint8Array(Uint32Array.from(numbers).buffer)]
  }),
  /** Packs eight values from 0 to 65,535 into 16 bits each. */
  narrow: two(134),
  extendLow: one(199),
  extendHigh: one(200),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: two(174),
  sub: two(177),
  mul: two(181),
  maxU: two(185),
  eq: two(55),
  ne: two(56),
  ltS: two(57),
  gtS: two(59),
  geS: two(63)
};

export const f32x4 = {
  splat: instruction("v128", ["f32"], vector(19)),
  add: two(228),
  sub: two(229),
  mul: two(230),
  div: two(231),
  ofWords: one(250),
  gt: two(68),
  lt: two(67)
};

export const f64x2 = {
  splat: instruction("v128", ["f64"], vector(20)),
  add: two(240),
  sub: two(241),
  mul: two(242),
  div: two(243),
  max: two(245),
  /** The first two float32 lanes. */
  promoteLow: one(95),
  /** The last two float32 lanes. */
  promoteHigh: (value: WasmValue<"v128">) =>
    f64x2.promoteLow(v128.shuffle(value, value, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7])),
  demoteZero: one(94),
  /** Four float32 from two pairs, each rounded once. */
  demote: (low: WasmValue<"v128">, high: WasmValue<"v128">) =>
    v128.shuffle(
      f64x2.demoteZero(low),
      f64x2.demoteZero(high),
      [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
    )
};

/** Adds the four lanes. */
export function laneSum(value: WasmValue<"v128">): WasmValue<"i32"> {
  return [1, 2, 3].reduce<WasmValue<"i32">>(
    (sum, lane) => i32.add(sum, i32x4.lane(value, lane)),
    i32x4.lane(value, 0)
  );
}
