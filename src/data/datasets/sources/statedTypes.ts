import {memberOf} from "../../../base/validation/memberOf.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {type Database, plainSql, sqlName, sqlString} from "../../../base/store/index.js";
import type {SourceContext} from "./types.js";

/** A column whose values are checked against the type that `columns` states for it. */
export interface StatedColumn {
  name: string;
  /** As it is stated. */
  type: string;
  kind: "number" | "time" | "other";
  /** The type as which files are read; JSON to be checked alone, since structures are read by DuckDB's reader. */
  readAs: "VARCHAR" | "JSON";
  /** SQL, of a column read so: whether the type holds its value exactly, and the value. Missing values are held. */
  holds: string;
  value: string;
}

type StatedReading = Omit<StatedColumn, "name" | "type">;

/**
 * Those of the stated columns that are read as text or JSON and checked. The others are read as what is stated: texts and JSON, and
 * of JSON files all that is neither a number, a boolean, a time nor holds such values.
 * Throws a UserError for types that DuckDB has not.
 */
export async function statedColumns(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  stated: Record<string, string>,
  form: "csv" | "json"
): Promise<StatedColumn[]> {
  const columns: StatedColumn[] = [];
  const problems: string[] = [];
  for (const [name, type] of Object.entries(stated)) {
    const {known, problem} = await knownType(db, type);
    if (problem !== undefined) problems.push(`${shortName(name)} (${problem})`);
    const reading = known === undefined ? undefined : readingOf(sqlName(name), known, form);
    if (reading) columns.push({name, type, ...reading});
  }
  if (problems.length > 0)
    throw new UserError(
      `dataset ${dataset}: \`columns\` states no type of DuckDB for ${problems.join(", ")}. No version was made.`
    );
  return columns;
}

/** The relation with columns read as their stated types. A value that is not held exactly is an error of the statement. */
export function asStated(relation: string, columns: readonly StatedColumn[]): string {
  if (columns.length === 0) return relation;
  const values = columns.map(({name, type, holds, value}) => {
    const column = sqlName(name);
    // Not a constant, which DuckDB might evaluate before there is a row.
    const problem = `error(concat(${sqlString(`a value of the column ${shortName(name)} is not held exactly by ${type}`)}, left(${column}::varchar, 0)))`;
    return `case when ${column} is null then null when ${holds} then ${value} else ${problem} end as ${column}`;
  });
  return `(select * replace (${values.join(", ")}) from ${relation})`;
}

export function shortName(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}

/** DuckDB's own name of a type. */
async function knownType(db: Database, type: string): Promise<{known?: string; problem?: string}> {
  return db.row<{known: string}>(`select typeof(null::${type}) as known`).then(
    (row) => ({known: row?.known}),
    (error: unknown) => ({problem: plainSql(messageOf(error))})
  );
}

const INTEGER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;

function readingOf(text: string, type: string, form: "csv" | "json"): StatedReading | undefined {
  if (type === "VARCHAR" || type === "JSON")
    return type === "JSON" && form === "csv" ? cast(text, type) : undefined;
  const scale = INTEGER.test(type) ? 0 : Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1] ?? -1);
  // JSON's booleans are numbers where numbers are stated.
  const number =
    form === "csv" ? text : `(case ${text} when 'true' then '1' when 'false' then '0' else ${text} end)`;
  if (scale >= 0) return {...cast(number, type), kind: "number", holds: holdsDecimal(number, type, scale)};
  if (type === "DOUBLE" || type === "FLOAT")
    return {...cast(number, type), kind: "number", holds: holdsFloat(number, type)};
  const time = timeForm(type);
  if (time) {
    const value = /^TIMESTAMP(_M?S)?$/.test(type)
      ? `timezone('UTC', ${text}::timestamptz)::${type}`
      : `${text}::${type}`;
    const holds = `regexp_full_match(${text}, ${sqlString(time)}) and try_cast(${text} as ${type}) is not null`;
    return {readAs: "VARCHAR", kind: "time", holds, value};
  }
  if (type === "BOOLEAN") return cast(text, type);
  const wider = type.replace(
    WITHIN,
    (part) => memberOf(WIDER, part) ?? (part.startsWith('"') ? part : "DOUBLE")
  );
  if (wider === type) return form === "csv" ? cast(text, type) : undefined;
  // Read as types that hold more, values within lists and structures are still the same.
  const same = (read: (type: string) => string) =>
    `${read(wider)} is not distinct from (${read(type)})::${wider}`;
  if (form === "csv") {
    const {holds, ...nested} = cast(text, type);
    return {...nested, holds: `${holds} and ${same((one) => `try_cast(${text} as ${one})`)}`};
  }
  const holds = same((one) => `json_transform(${text}, ${sqlString(JSON.stringify(one))})`);
  return {readAs: "JSON", kind: "other", holds, value: text};
}

function cast(text: string, type: string): StatedReading {
  return {
    readAs: "VARCHAR",
    kind: "other",
    holds: `try_cast(${text} as ${type}) is not null`,
    value: `${text}::${type}`
  };
}

/** Numbers and times within a type, quoted names aside: a type is followed by what ends it, a field's name by a blank. */
const WITHIN =
  /"(?:[^"]|"")*"|\b(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\d+\)|DATE|TIMESTAMP(?:_M?S)?)(?=[,)[]|$)/g;

const WIDER: Record<string, string> = Object.fromEntries(
  ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"].map((type) => [type, "TIMESTAMP WITH TIME ZONE"])
);

/** Numbers in plain form whose digits all have their place; of others those with so few digits that doubles tell them apart. */
function holdsDecimal(text: string, type: string, scale: number): string {
  const plain = `\\s*[+-]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9_]*(\\.[0-9]{0,${scale}}0*)?)\\s*`;
  const digits = `regexp_replace(regexp_replace(${text}, '[eE].*', ''), '[^0-9]', '', 'g')`;
  const few = `length(${digits}) <= 15 and try_cast(${text} as double) = try_cast(${text} as ${type})::double`;
  return `try_cast(${text} as ${type}) is not null and (regexp_full_match(${text}, ${sqlString(plain)}) or ${few})`;
}

/** Fractions are rounded as everywhere; whole numbers are exact, and infinity is so in the text. */
function holdsFloat(text: string, type: string): string {
  const value = `try_cast(${text} as ${type})`;
  const whole = `regexp_full_match(${text}, '\\s*[+-]?[0-9]{${type === "FLOAT" ? 8 : 16},}(\\.0*)?\\s*')`;
  const exact = `try_cast(${value} as hugeint) = try_cast(${text} as hugeint)`;
  return `${value} is not null and (not isinf(${value}) or ${text} ilike '%inf%') and (not ${whole} or coalesce(${exact}, false))`;
}

const DAY = "(-?\\d{4,}-\\d{1,2}-\\d{1,2}|\\d{4,}/\\d{1,2}/\\d{1,2})( \\(BC\\))?";

/** What ISO 8601 and DuckDB itself write, the year first; a day's time may be midnight. No more digits of a second than the type has. */
function timeForm(type: string): string | undefined {
  const time = (digits: number) => `\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d{0,${digits}}0*)?)?`;
  const zone = "( ?(Z|UTC)|[+-]\\d{2}(:?\\d{2}(:\\d{2})?)?)?";
  const midnight = "([T ]00?:00(:00(\\.0*)?)?( ?(Z|UTC)|[+-]00(:?00)?)?)?";
  const digits = {TIMESTAMP_S: 0, TIMESTAMP_MS: 3, TIMESTAMP_NS: 9}[type] ?? 6;
  if (type === "DATE") return `\\s*(${DAY}${midnight}|[+-]?infinity)\\s*`;
  if (type === "TIME") return `\\s*${time(digits)}\\s*`;
  if (type === "TIME WITH TIME ZONE") return `\\s*${time(digits)}${zone}\\s*`;
  if (!type.startsWith("TIMESTAMP")) return undefined;
  return `\\s*(${DAY}([T ]${time(digits)}${zone})?|[+-]?infinity)\\s*`;
}
