import {
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId
} from "@duckdb/node-api";
import {isObject} from "../validation/isObject.js";
import {exactJson} from "../validation/exactJson.js";

type ValueReader = (value: unknown) => unknown;

/**
 * What gives a converted value of a type as people's functions take it, at every depth: JSON is read, and a structure lacks the
 * members that are null. Readers of JSON and Parquet fill what a row does not have with null, as the other rows have it; in JSON
 * a null was written and stays. Undefined for types that stay as they are.
 */
export function valueReader(type: DuckDBType): ValueReader | undefined {
  if (type.alias === "JSON") return (value) => (typeof value === "string" ? jsonValue(value) : value);
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const read = valueReader((type as DuckDBListType).valueType);
      return read && ((value) => (Array.isArray(value) ? value.map(read) : value));
    }
    case DuckDBTypeId.STRUCT: {
      const {entryNames, entryTypes} = type as DuckDBStructType;
      return structReader(new Map(entryNames.map((name, i) => [name, valueReader(entryTypes[i]!)])));
    }
    case DuckDBTypeId.MAP: {
      // Its entries are a list of objects.
      const read = valueReader((type as DuckDBMapType).valueType);
      return (
        read && ((value) => (Array.isArray(value) ? value.map((entry) => readEntry(entry, read)) : value))
      );
    }
    default:
      return undefined;
  }
}

function structReader(readers: ReadonlyMap<string, ValueReader | undefined>): ValueReader {
  return (value) =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, member]) => member !== null)
            .map(([name, member]) => {
              const read = readers.get(name);
              return [name, read ? read(member) : member];
            })
        )
      : value;
}

const readEntry = (entry: unknown, read: ValueReader) =>
  isObject(entry) ? {...entry, value: read(entry.value)} : entry;

/** The value that a text of JSON is; the text where it is none, or has numbers beyond all doubles. */
function jsonValue(text: string): unknown {
  try {
    if (/[eE]\+?\d{3}/.test(text)) JSON.parse(text, assertFinite);
    return exactJson(text);
  } catch {
    return text;
  }
}

function assertFinite(_key: string, value: unknown): unknown {
  if (value === Infinity || value === -Infinity) throw new RangeError("beyond all doubles");
  return value;
}
