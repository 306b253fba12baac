/** How a tensor's values are packed: `block` values stand in `bytes` bytes. */
export interface TensorType {
  name: string;
  /** The number that stands for it in a file. */
  id: number;
  block: number;
  bytes: number;
}

const types: [name: string, id: number, block: number, bytes: number][] = [
  ["F32", 0, 1, 4],
  ["F16", 1, 1, 2],
  ["Q4_0", 2, 32, 18],
  ["Q4_1", 3, 32, 20],
  ["Q5_0", 6, 32, 22],
  ["Q5_1", 7, 32, 24],
  ["Q8_0", 8, 32, 34],
  ["Q2_K", 10, 256, 84],
  ["Q3_K", 11, 256, 110],
  ["Q4_K", 12, 256, 144],
  ["Q5_K", 13, 256, 176],
  ["Q6_K", 14, 256, 210],
  ["IQ2_XXS", 16, 256, 66],
  ["IQ2_XS", 17, 256, 74],
  ["IQ3_XXS", 18, 256, 98],
  ["IQ1_S", 19, 256, 50],
  ["IQ4_NL", 20, 32, 18],
  ["IQ3_S", 21, 256, 110],
  ["IQ2_S", 22, 256, 82],
  ["IQ4_XS", 23, 256, 136],
  ["I8", 24, 1, 1],
  ["I16", 25, 1, 2],
  ["I32", 26, 1, 4],
  ["I64", 27, 1, 8],
  ["F64", 28, 1, 8],
  ["IQ1_M", 29, 256, 56],
  ["BF16", 30, 1, 2],
  ["TQ1_0", 34, 256, 54],
  ["TQ2_0", 35, 256, 66],
  ["MXFP4", 39, 32, 17]
];

const byId = new Map(types.map(([name, id, block, bytes]) => [id, {name, id, block, bytes}]));
const byName = new Map([...byId.values()].map((type) => [type.name, type]));

/** Undefined for a number that no tensor type known here has. */
export function tensorTypeById(id: number): TensorType | undefined {
  return byId.get(id);
}

/** The type of that name ("Q8_0"). Throws for an unknown one. */
export function tensorType(name: string): TensorType {
  const type = byName.get(name);
  if (!type) throw new Error(`unknown tensor type: ${name}`);
  return type;
}

/** Bytes of a tensor whose rows have `shape[0]` values; undefined when a row does not fill whole blocks. */
export function ggufTensorBytes({block, bytes}: TensorType, shape: readonly number[]): number | undefined {
  const row = shape[0] ?? 1;
  if (row % block !== 0) return undefined;
  return shape.slice(1).reduce((product, size) => product * size, (row / block) * bytes);
}
