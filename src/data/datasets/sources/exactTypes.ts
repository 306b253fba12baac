import {memberOf} from "../../../base/validation/memberOf.js";
import {type Database, sqlName} from "../../../base/store/index.js";

interface SourceColumn {
  name: string;
  type: string;
}

/** ISO 8601 in UTC with milliseconds, as rows show a moment. */
const asShown = (moment: string) => `strftime(${moment}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

/**
 * For each type the ways to write its values as text, given a text: a column has the type when all its texts are
 * written in one of these ways, so that none of them changes. A column of any other type stays text.
 */
const WRITTEN: Record<string, ((text: string) => string)[]> = {
  BIGINT: [(text) => `try_cast(${text} as bigint)::varchar`],
  DOUBLE: [
    (text) => `try_cast(${text} as double)::varchar`,
    // Whole numbers among fractions, without ".0".
    (text) => `regexp_replace(try_cast(${text} as double)::varchar, '\\.0$', '')`
  ],
  BOOLEAN: [(text) => `try_cast(${text} as boolean)::varchar`],
  DATE: [(text) => `try_cast(${text} as date)::varchar`],
  TIMESTAMP: [(text) => asShown(`timezone('UTC', try_cast(${text} as timestamptz))`)],
  "TIMESTAMP WITH TIME ZONE": [(text) => asShown(`timezone('UTC', try_cast(${text} as timestamptz))`)]
};

/**
 * Those of the columns that can have their types without a text of theirs changing. A column without values can not.
 * @param texts relation that has these columns as text
 * @param first look at so many rows alone: what they have no value of can have its type
 */
export async function exactColumns(
  db: Database,
  columns: readonly SourceColumn[],
  texts: string,
  first?: number
): Promise<SourceColumn[]> {
  const checks = columns.flatMap((column) =>
    (memberOf(WRITTEN, column.type) ?? []).map((write) => ({column, text: sqlName(column.name), write}))
  );
  if (checks.length === 0) return [];
  const same = checks.map(
    ({text, write}, i) =>
      `bool_and(coalesce(${write(text)} = ${text}, false)) filter (where ${text} is not null) as c${i}`
  );
  const rows = first === undefined ? texts : `(select * from ${texts} limit ${first})`;
  const found = await db.row<Record<string, boolean | null>>(`select ${same.join(", ")} from ${rows}`);
  const isExact = (i: number) => found?.[`c${i}`] ?? first !== undefined;
  const exact = new Set(checks.flatMap(({column}, i) => (isExact(i) ? [column] : [])));
  return [...exact];
}

/** SQL of a text read as a type. */
function readAs(text: string, type: string): string {
  return type === "TIMESTAMP" ? `timezone('UTC', ${text}::timestamptz)` : `${text}::${type}`;
}

/** The relation with columns read as their types. */
export function typed(texts: string, columns: readonly SourceColumn[]): string {
  if (columns.length === 0) return texts;
  const casts = columns.map(({name, type}) => `${readAs(sqlName(name), type)} as ${sqlName(name)}`);
  return `(select * replace (${casts.join(", ")}) from ${texts})`;
}

const TEXTUAL = /"(?:[^"]|"")*"|\b(?:DATE|TIME|TIMESTAMP(?:_N?M?S)?(?: WITH TIME ZONE)?|UUID)(?=[,)[]|$)/g;

/** A type of JSON values in which all that is written as a text is text: within a type, a field's name is followed by a blank. */
export function withTexts(type: string): string {
  return type.replace(TEXTUAL, (part) => (part.startsWith('"') ? part : "VARCHAR"));
}
