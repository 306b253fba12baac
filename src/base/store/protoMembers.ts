import {
  type DuckDBDataChunk,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId
} from "@duckdb/node-api";

const PROTO = "__proto__";
/** No column or member of a version has a NUL in its name. */
const STAND_IN = "\0__proto__";

/**
 * DuckDB's reader assigns the members of a structure, and one that is called `__proto__` is lost. Where these types have one,
 * what gives it another name in a chunk before its rows are read; `memberName` gives its own back.
 */
export function protoRenamer(types: readonly DuckDBType[]): ((chunk: DuckDBDataChunk) => void) | undefined {
  const columns = types.flatMap((type, i) => (hasProto(type) ? [i] : []));
  if (columns.length === 0) return undefined;
  return (chunk) => {
    for (const i of columns) rename(chunk.getColumnVector(i).type);
  };
}

export const memberName = (name: string): string => (name === STAND_IN ? PROTO : name);

function hasProto(type: DuckDBType): boolean {
  return (isStruct(type) && type.entryNames.includes(PROTO)) || within(type).some(hasProto);
}

/** A chunk's types are its own: nothing else sees their names. */
function rename(type: DuckDBType): void {
  if (isStruct(type) && type.entryNames.includes(PROTO)) {
    const at = type.entryNames.indexOf(PROTO);
    (type.entryNames as string[])[at] = STAND_IN;
    (type.entryIndexes as Record<string, number>)[STAND_IN] = at;
  }
  within(type).forEach(rename);
}

const isStruct = (type: DuckDBType): type is DuckDBStructType => type.typeId === DuckDBTypeId.STRUCT;

function within(type: DuckDBType): readonly DuckDBType[] {
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return [(type as DuckDBListType).valueType];
    case DuckDBTypeId.STRUCT:
      return (type as DuckDBStructType).entryTypes;
    case DuckDBTypeId.MAP:
      return [(type as DuckDBMapType).keyType, (type as DuckDBMapType).valueType];
    default:
      return [];
  }
}
