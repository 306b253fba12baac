import {type Database, sqlName} from "../../store/index.js";

/** Whole numbers that a double does not hold exactly, and numbers beyond all doubles. */
const inexact = (name: string) => {
  const [text, double] = [sqlName(name), `try_cast(${sqlName(name)} as double)`];
  return `(regexp_full_match(${text}, '\\s*[+-]?[0-9]{16,}\\s*') and (try_cast(${text} as hugeint) is null or try_cast(${double} as hugeint) is distinct from try_cast(${text} as hugeint))) or isinf(${double})`;
};

/** Columns of the relation whose numbers, read as doubles, would not be those of the file. */
export async function inexactNumbers(
  db: Database,
  names: readonly string[],
  asTexts: string
): Promise<string[]> {
  if (names.length === 0) return [];
  const found = await db.row<Record<string, boolean | null>>(
    `select ${names.map((name, i) => `bool_or(${inexact(name)}) as c${i}`).join(", ")} from ${asTexts}`
  );
  return names.filter((_name, i) => found?.[`c${i}`] === true);
}
