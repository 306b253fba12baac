import type {SqlAnswer, SqlConnection} from "./sqlConnection.js";

/** An answer with the names of its columns and whether each holds numbers. */
export interface TypedAnswer {
  answer: SqlAnswer;
  columns: {name: string; numeric: boolean}[];
}

interface AnswerColumn {
  name: string;
  type: string;
}

/** Types that reach the page as they are; of all others DuckDB writes the text, since Arrow's values lose their type on the way. */
const AS_IS = /^(BOOLEAN|VARCHAR|U?(TINYINT|SMALLINT|INTEGER)|FLOAT|DOUBLE)$/;
const NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/** Asks a query; dates, times, intervals, blobs, decimals, nested values and integers beyond 2^53 come as DuckDB writes them. */
export async function typedAnswer(connection: SqlConnection, sql: string): Promise<TypedAnswer> {
  const columns = await described(connection, sql);
  const answer = await connection.query(columns ? asTexts(sql, columns) : sql);
  return {
    answer,
    columns: answer.schema.fields.map(({name}, i) => ({name, numeric: NUMBER.test(columns?.[i]?.type ?? "")}))
  };
}

/** The query with a text for each column whose type Arrow would lose. */
export function asTexts(sql: string, columns: readonly AnswerColumn[]): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const shown = columns.map(
    ({name, type}, i) => `${AS_IS.test(type) ? `c${i}` : `cast(c${i} as varchar)`} as ${quoted(name)}`
  );
  return `select ${shown.join(", ")} from (${bare(sql)}\n) as asked(${columns.map((_, i) => `c${i}`).join(", ")})`;
}

/** The statement that lists the columns of a query. */
export const describing = (sql: string): string => `describe ${bare(sql)}`;

/** A number as a cell shows it: rounded behind the point alone. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const whole = Math.trunc(Math.abs(value)).toString().length;
  return String(Number(value.toPrecision(Math.max(6, Math.min(17, whole + 2)))));
}

const bare = (sql: string) => sql.trim().replace(/(\s*;)+$/, "");

/** Undefined of what is no query, such as `show tables`. */
async function described(connection: SqlConnection, sql: string): Promise<AnswerColumn[] | undefined> {
  if (!/^(select|with|from|values|\()/i.test(sql.trim())) return undefined;
  const answer = await connection.query(describing(sql)).catch(() => undefined);
  if (!answer) return undefined;
  return Array.from({length: answer.numRows}, (_row, i) => {
    const line = answer.get(i);
    return {name: String(line?.["column_name"]), type: String(line?.["column_type"])};
  });
}
