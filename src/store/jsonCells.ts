import {
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId
} from "@duckdb/node-api";
import {exactJson} from "./exactJson.js";

type Reader = (value: unknown) => unknown;

/** What gives a converted value of a type with its JSON read, at every depth; undefined for types without JSON. */
export function jsonReader(type: DuckDBType): Reader | undefined {
  if (type.alias === "JSON") return (value) => (typeof value === "string" ? jsonValue(value) : value);
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const read = jsonReader((type as DuckDBListType).valueType);
      return read && ((value) => (Array.isArray(value) ? value.map(read) : value));
    }
    case DuckDBTypeId.STRUCT: {
      const {entryNames, entryTypes} = type as DuckDBStructType;
      return membersReader(new Map(entryNames.map((name, i) => [name, jsonReader(entryTypes[i]!)])));
    }
    case DuckDBTypeId.MAP: {
      // Its entries are a list of objects.
      const entry = membersReader(new Map([["value", jsonReader((type as DuckDBMapType).valueType)]]));
      return entry && ((value) => (Array.isArray(value) ? value.map(entry) : value));
    }
    default:
      return undefined;
  }
}

function membersReader(readers: ReadonlyMap<string, Reader | undefined>): Reader | undefined {
  if (![...readers.values()].some((read) => read !== undefined)) return undefined;
  return (value) =>
    value !== null && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value).map(([name, member]) => {
            const read = readers.get(name);
            return [name, read ? read(member) : member];
          })
        )
      : value;
}

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
