import {type Database, sqlName} from "../../base/store/index.js";

/**
 * Those of a relation's columns of which a condition holds in any row; none where it has no rows.
 * @param condition SQL, of the quoted column
 */
export async function columnsWith(
  db: Database,
  names: readonly string[],
  relation: string,
  condition: (column: string) => string
): Promise<string[]> {
  if (names.length === 0) return [];
  const found = await db.row<Record<string, boolean | null>>(
    `select ${names.map((name, i) => `bool_or(${condition(sqlName(name))}) as c${i}`).join(", ")} from ${relation}`
  );
  return names.filter((_name, i) => found?.[`c${i}`] === true);
}
