/** Types of metadata values by the number that stands for them in a file. */
export const VALUE_TYPES = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64"
] as const;

export type ValueType = (typeof VALUE_TYPES)[number];
export type ScalarType = Exclude<ValueType, "array">;

export type GgufScalar = number | bigint | boolean | string;

/** One metadata value with its type: a list has the type of its elements. */
export type MetadataValue =
  {type: ScalarType; value: GgufScalar} | {type: "array"; of: ScalarType; value: readonly GgufScalar[]};

export type Metadata = ReadonlyMap<string, MetadataValue>;

export const text = (value: string): MetadataValue => ({type: "string", value});
export const count = (value: number): MetadataValue => ({type: "uint32", value});
export const float = (value: number): MetadataValue => ({type: "float32", value});
export const flag = (value: boolean): MetadataValue => ({type: "bool", value});
export const list = (of: ScalarType, value: readonly GgufScalar[]): MetadataValue => ({
  type: "array",
  of,
  value
});
