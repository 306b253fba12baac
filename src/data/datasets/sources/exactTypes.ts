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

const WAYS = Object.values(WRITTEN).flat();

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
    (memberOf(WRITTEN, column.type) ?? []).map((write) => ({column, way: WAYS.indexOf(write)}))
  );
  if (checks.length === 0) return [];
  const each = checks.map(({column, way}, i) => `{place: ${i}, way: ${way}, value: ${sqlName(column.name)}}`);
  const ways = WAYS.map((write, i) => `when ${i} then ${write("value")}`);
  const rows = first === undefined ? texts : `(select * from ${texts} limit ${first})`;
  // A row for each check: an aggregate for each is planned in time that grows with their square.
  const found = await db.rows<{place: number; same: boolean}>(
    `select place, bool_and(coalesce(case way ${ways.join(" ")} end = value, false)) as same
    from (select unnest([${each.join(", ")}], recursive := true) from ${rows})
    where value is not null group by place`
  );
  const same = new Map(found.map((one) => [one.place, one.same]));
  const isExact = (i: number) => same.get(i) ?? first !== undefined;
  return [...new Set(checks.flatMap(({column}, i) => (isExact(i) ? [column] : [])))];
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
