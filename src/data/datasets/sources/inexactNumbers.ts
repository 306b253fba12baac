import type {Database} from "../../../base/store/index.js";
import {columnsWith} from "../columnsWith.js";

/** Whole numbers that a double does not hold exactly, and numbers beyond all doubles. */
const inexact = (text: string) => {
  const double = `try_cast(${text} as double)`;
  return `(regexp_full_match(${text}, '\\s*[+-]?[0-9]{16,}\\s*') and (try_cast(${text} as hugeint) is null or try_cast(${double} as hugeint) is distinct from try_cast(${text} as hugeint))) or isinf(${double})`;
};

/** Columns of the relation whose numbers, read as doubles, would not be those of the file. */
export function inexactNumbers(db: Database, names: readonly string[], asTexts: string): Promise<string[]> {
  return columnsWith(db, names, asTexts, inexact);
}
