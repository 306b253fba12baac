import {type Database, sqlName} from "../../base/store/index.js";

/** SQL of a column's moments: null where its value is none. DuckDB reads a zone only behind seconds. */
export function momentOfColumn(name: string): string {
  const text = `${sqlName(name)}::varchar`;
  const withSeconds = `regexp_replace(${text}, '([T ]\\d{2}:\\d{2})(Z|[+-]|$)', '\\1:00\\2')`;
  return `coalesce(try_cast(${text} as timestamptz), try_cast(${withSeconds} as timestamptz))`;
}

/** What is wrong with a column of times whose values are no moments, and what to do; undefined when all are, or missing. */
export async function timeProblem(db: Database, time: string, rows: string): Promise<string | undefined> {
  const column = sqlName(time);
  const found = await db.row<{n: number; example: string | null}>(
    `select count(*)::int as n, min(${column}::varchar) as example from ${rows} where ${column} is not null and ${momentOfColumn(time)} is null`
  );
  if (!found?.n) return undefined;
  const example = JSON.stringify(found.example?.slice(0, 60));
  return `${found.n} rows hold no date or time in column "${time}", such as ${example}. Make moments of them in the dataset's \`sql\`: \`to_timestamp(${column})\` of seconds since 1970, \`epoch_ms(${column})\` of milliseconds, \`strptime(${column}, '%d/%m/%Y')\` of a text, null where there is none`;
}
