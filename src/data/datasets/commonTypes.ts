import {type Database, idText, sqlName} from "../../base/store/index.js";
import {describeColumns} from "./describeColumns.js";

interface QueryColumn {
  name: string;
  type: string;
}

/** One query's column, of those that have its name. */
interface QuerySide extends QueryColumn {
  query: number;
}

/** How a value is read beside those of other types, and the type it has then. */
interface TypedReading {
  type: string;
  sql(column: QueryColumn): string;
}

/**
 * Queries with types that go together where those of a column differ. A column without values takes the others' type; beside
 * lists, structures and JSON all values are JSON; beside text and booleans all are text, and so they are where JSON holds neither
 * lists nor objects; beside fractions numbers are doubles where these hold them all, and text otherwise. Left to itself, DuckDB
 * reads text as JSON, stops at the first word, and rounds whole numbers.
 */
export async function commonTypes(db: Database, queries: readonly string[]): Promise<string[]> {
  const named = new Map<string, QuerySide[]>();
  for (const [query, text] of queries.entries())
    for (const column of await describeColumns(db, text)) {
      const key = column.name.toLowerCase();
      named.set(key, [...(named.get(key) ?? []), {...column, query}]);
    }
  const differing = [...named.values()].filter((sides) => new Set(sides.map(({type}) => type)).size > 1);
  const casts = queries.map((): string[] => []);
  for (const sides of await withFacts(db, queries, differing)) {
    const filled = sides.filter(({isEmpty}) => !isEmpty);
    const reading = together(
      filled.map(({type, isScalar}) => (isScalar ? SCALAR_JSON : type)),
      filled.some(({isInexact}) => isInexact)
    );
    const type = reading?.type ?? (filled[0] ?? sides.at(-1)!).type;
    for (const side of sides) {
      const sql = side.isEmpty ? `null::${type}` : reading?.sql(side);
      if (sql !== undefined) casts[side.query]!.push(`${sql} as ${sqlName(side.name)}`);
    }
  }
  return queries.map((query, i) => replaced(query, casts[i]!));
}

function replaced(query: string, casts: readonly string[]): string {
  return casts.length === 0 ? query : `select * replace (${casts.join(", ")}) from (${query})`;
}

interface KnownSide extends QuerySide {
  isEmpty: boolean;
  /** JSON, of neither lists nor objects. */
  isScalar: boolean;
  /** Holds a number that no double is. */
  isInexact: boolean;
}

async function withFacts(
  db: Database,
  queries: readonly string[],
  differing: readonly QuerySide[][]
): Promise<KnownSide[][]> {
  const facts: ((name: string) => Omit<KnownSide, keyof QuerySide>)[] = [];
  for (const [i, text] of queries.entries()) {
    const columns = differing.flat().filter(({query}) => query === i);
    const having = (condition: (column: string, type: string) => string, some = columns) =>
      columnsWith(
        db,
        some.map(({name}) => name),
        `(${text})`,
        (column) => condition(column, some.find(({name}) => sqlName(name) === column)!.type)
      );
    const filled = await having((column) => `${column} is not null`);
    const json = columns.filter(({type}) => type === "JSON");
    const nested = await having((column) => `json_type(${column}) in ('ARRAY', 'OBJECT')`, json);
    const inexact = await having(
      (column, type) => `try_cast(${column}::double as ${type}) is distinct from ${column}`,
      columns.filter(({type}) => isExact(type))
    );
    facts.push((name) => ({
      isEmpty: !filled.includes(name),
      isScalar: json.some((column) => column.name === name) && !nested.includes(name),
      isInexact: inexact.includes(name)
    }));
  }
  return differing.map((sides) => sides.map((side) => ({...side, ...facts[side.query]!(side.name)})));
}

/** Stands for the type of a column of JSON that holds numbers, booleans and texts alone. */
const SCALAR_JSON = "scalar";

const isNested = (type: string) => /[[(]/.test(type) && !type.startsWith("DECIMAL");
const isFraction = (type: string) => /^(DOUBLE|FLOAT)$/.test(type);
const isExact = (type: string) => /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL.*)$/.test(type);

/** Undefined where DuckDB finds a type for all that keeps them. */
function together(types: readonly string[], areInexact: boolean): TypedReading | undefined {
  if (new Set(types).size < 2) return undefined;
  const isAny = (type: string) => types.includes(type);
  const areStructures = types.every((type) => isNested(type) && !type.includes("JSON"));
  if (!areStructures && (isAny("JSON") || types.some(isNested))) return AS_JSON;
  if ([SCALAR_JSON, "VARCHAR", "BOOLEAN"].some(isAny)) return AS_TEXT;
  if (!types.some(isFraction) || !types.some(isExact)) return undefined;
  return areInexact ? AS_TEXT : AS_DOUBLE;
}

const AS_JSON: TypedReading = {
  type: "JSON",
  sql: ({name, type}) => (type === "JSON" ? sqlName(name) : `to_json(${sqlName(name)})`)
};

const AS_TEXT: TypedReading = {type: "VARCHAR", sql: asText};

const AS_DOUBLE: TypedReading = {type: "DOUBLE", sql: ({name}) => `${sqlName(name)}::double`};

/** Numbers and moments as rows show them. */
function asText(column: QueryColumn): string {
  const {name, type} = column;
  const value = sqlName(name);
  if (!type.startsWith("TIMESTAMP")) return idText(column);
  const moment = type.endsWith("TIME ZONE") ? `timezone('UTC', ${value})` : value;
  return `coalesce(strftime(${moment}, '%Y-%m-%dT%H:%M:%S.%gZ'), ${value}::varchar)`;
}

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
