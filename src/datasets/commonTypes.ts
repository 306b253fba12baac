import {type Database, sqlName} from "../store/index.js";
import {columnsWith} from "./columnsWith.js";
import {describeColumns} from "./rowQuery.js";

interface Column {
  name: string;
  type: string;
}

/**
 * Queries of both sides with types that go together where those of a column differ. A column without values takes the other
 * side's type; beside lists, structures and JSON all values are JSON; beside text all are text, and so they are where JSON
 * holds neither lists nor objects. Left to itself, DuckDB reads text as JSON, and stops at the first word.
 */
export async function commonTypes(db: Database, one: string, other: string): Promise<[string, string]> {
  const [a, b] = [await describeColumns(db, one), await describeColumns(db, other)];
  const pairs = a.flatMap((left) => {
    const right = b.find(({name}) => name.toLowerCase() === left.name.toLowerCase());
    return right && right.type !== left.type ? [{left, right}] : [];
  });
  const names = (side: "left" | "right") => pairs.map((pair) => pair[side].name);
  const [emptyA, emptyB] = [
    await withoutValues(db, one, names("left")),
    await withoutValues(db, other, names("right"))
  ];
  const [scalarA, scalarB] = [
    await withoutNested(db, one, namesOfJson(pairs.map(({left}) => left))),
    await withoutNested(db, other, namesOfJson(pairs.map(({right}) => right)))
  ];
  const casts: [string[], string[]] = [[], []];
  const cast = (side: 0 | 1, {name}: Column, sql: string | undefined) => {
    if (sql !== undefined) casts[side].push(`${sql} as ${sqlName(name)}`);
  };
  for (const {left, right} of pairs) {
    if (emptyA.has(left.name)) cast(0, left, `null::${right.type}`);
    else if (emptyB.has(right.name)) cast(1, right, `null::${left.type}`);
    else {
      const plainLeft = scalarA.has(left.name) ? SCALAR_JSON : left.type;
      const plainRight = scalarB.has(right.name) ? SCALAR_JSON : right.type;
      const read = together(plainLeft, plainRight);
      cast(0, left, read?.(left));
      cast(1, right, read?.(right));
    }
  }
  return [replaced(one, casts[0]), replaced(other, casts[1])];
}

function replaced(query: string, casts: readonly string[]): string {
  return casts.length === 0 ? query : `select * replace (${casts.join(", ")}) from (${query})`;
}

async function withoutValues(db: Database, query: string, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const found = await db.row<Record<string, number>>(
    `select ${names.map((name, i) => `count(${sqlName(name)})::double as c${i}`).join(", ")} from (${query})`
  );
  return new Set(names.filter((_name, i) => found![`c${i}`] === 0));
}

/** Of the columns of JSON, those that hold neither lists nor objects. */
async function withoutNested(db: Database, query: string, names: readonly string[]): Promise<Set<string>> {
  const nested = await columnsWith(
    db,
    names,
    `(${query})`,
    (column) => `json_type(${column}) in ('ARRAY', 'OBJECT')`
  );
  return new Set(names.filter((name) => !nested.includes(name)));
}

const namesOfJson = (columns: readonly Column[]) =>
  columns.filter(({type}) => type === "JSON").map(({name}) => name);

/** Stands for the type of a column of JSON that holds numbers, booleans and texts alone. */
const SCALAR_JSON = "scalar";

const isNested = (type: string) => /[[(]/.test(type) && !type.startsWith("DECIMAL");

/** How a value of either type is read; undefined where DuckDB finds a type for both that keeps them. */
function together(one: string, other: string): ((column: Column) => string) | undefined {
  const [types, isAny] = [[one, other], (type: string) => one === type || other === type];
  const areStructures = types.every((type) => isNested(type) && !type.includes("JSON"));
  if (!areStructures && (isAny("JSON") || types.some(isNested)))
    return ({name, type}) => (type === "JSON" ? sqlName(name) : `to_json(${sqlName(name)})`);
  if ([SCALAR_JSON, "VARCHAR", "BOOLEAN"].some(isAny)) return asText;
  return undefined;
}

/** Moments as rows show them. */
function asText({name, type}: Column): string {
  const column = sqlName(name);
  if (type === "JSON") return `${column}->>'$'`;
  if (!type.startsWith("TIMESTAMP")) return `${column}::varchar`;
  const moment = type.endsWith("TIME ZONE") ? `timezone('UTC', ${column})` : column;
  return `coalesce(strftime(${moment}, '%Y-%m-%dT%H:%M:%S.%gZ'), ${column}::varchar)`;
}
