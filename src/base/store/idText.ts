import {sqlName} from "./duckdb.js";

/** How whole numbers among a dataset's ids are written: `1`, or `1.0` where its versions have had it so. */
export type IdForm = "whole" | "decimal";

interface IdColumn {
  name: string;
  type: string;
}

const isFraction = (type: string) => /^(DOUBLE|FLOAT)$/i.test(type);
const isWhole = (type: string) => /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/i.test(type);

/** Whether a column's whole numbers can be written in either form. */
export const hasForms = ({type}: IdColumn): boolean => isFraction(type) || isWhole(type);

/**
 * SQL of the ids that a column gives. An id is its text: 1 and "1" are one id, also where a column holds numbers and texts and
 * is read as JSON, and so is 1.0, which a column of whole numbers becomes in other tools once a value is missing.
 */
export function idText({name, type}: IdColumn, form: IdForm = "whole"): string {
  const column = sqlName(name);
  if (/^JSON$/i.test(type)) return `(${column}->>'$')`;
  if (isFraction(type) && form === "whole")
    return `(case when ${column} = trunc(${column}) and abs(${column}) < 1e18 then ${column}::bigint::varchar else ${column}::varchar end)`;
  // Beyond 2^53 a DOUBLE would make one id of several.
  if (isWhole(type) && form === "decimal")
    return `(case when abs(${column}::hugeint) < 9007199254740992 then ${column}::double::varchar else ${column}::varchar end)`;
  return `${column}::varchar`;
}

/** SQL that is true where `row_id` is a column's id in one form or the other. */
export function isIdOf(column: IdColumn): string {
  const same = (form: IdForm) => `row_id is not distinct from ${idText(column, form)}`;
  return hasForms(column) ? `(${same("whole")} or ${same("decimal")})` : same("whole");
}
