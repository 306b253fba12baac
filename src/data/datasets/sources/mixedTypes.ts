import {memberOf} from "../../../base/validation/memberOf.js";
import {type Database, sqlName} from "../../../base/store/index.js";

/** A column of JSON whose values are of several types. */
export interface MixedColumn {
  name: string;
  /** In words: "numbers", "texts". */
  types: string[];
  /** There is neither a list nor an object: as texts the values stay what they are. */
  isScalar: boolean;
}

const WORDS: Record<string, string> = {
  VARCHAR: "texts",
  BIGINT: "numbers",
  UBIGINT: "numbers",
  HUGEINT: "numbers",
  UHUGEINT: "numbers",
  DOUBLE: "numbers",
  BOOLEAN: "booleans",
  ARRAY: "lists",
  OBJECT: "objects"
};

/** Those of the relation's columns of JSON that hold values of several types. */
export async function mixedColumns(
  db: Database,
  names: readonly string[],
  relation: string
): Promise<MixedColumn[]> {
  if (names.length === 0) return [];
  const found = await db.row<Record<string, (string | null)[]>>(
    `select ${names.map((name, i) => `list(distinct json_type(${sqlName(name)})) as c${i}`).join(", ")} from ${relation}`
  );
  return names.flatMap((name, i) => {
    const types = [...new Set(found?.[`c${i}`]?.flatMap((type) => memberOf(WORDS, type ?? "") ?? []))].sort();
    return types.length > 1
      ? [{name, types, isScalar: !types.includes("lists") && !types.includes("objects")}]
      : [];
  });
}

/** For a person who pulls. */
export function mixedText({name, types, isScalar}: MixedColumn): string {
  const all = `${types.slice(0, -1).join(", ")} and ${types.at(-1)}`;
  return `column ${JSON.stringify(name.slice(0, 60))} holds ${all}: ${isScalar ? "all are stored as texts" : "it is stored as JSON"}`;
}
