/** Bits of every dtype a safetensors header may name, in the order writers sort by (the last comes first). */
export const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64
} as const;

export type Dtype = keyof typeof DTYPE_BITS;

const RANK = new Map(Object.keys(DTYPE_BITS).map((name, rank) => [name, rank]));

export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && RANK.has(name);
}

/** Wider dtypes first, then names in code-point order: equal content gives equal bytes. */
export function canonicalOrder(a: {name: string; dtype: Dtype}, b: {name: string; dtype: Dtype}): number {
  return RANK.get(b.dtype)! - RANK.get(a.dtype)! || compareUtf8(a.name, b.name);
}

/** JavaScript compares UTF-16 units; the format's writers compare bytes, which differs above U+FFFF. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
