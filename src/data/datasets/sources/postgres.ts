import {join} from "node:path";
import type pg from "pg";
import {exactly, text} from "../../../base/validation/checked.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {readNdjson, sqlName, writeNdjson} from "../../../base/store/index.js";
import {assertOnce, queryFailed} from "./queries.js";
import type {SourceReader} from "./types.js";

/** Rows of a query to PostgreSQL. Needs the package pg in the project. */
export interface PostgresSource {
  kind: "postgres";
  query: string;
  /**
   * A connection string; take it from the environment. Without it PGHOST, PGUSER, PGPASSWORD and the like say where the
   * database is.
   */
  connection?: string;
}

export const postgresSchema = exactly<PostgresSource>(
  'a query such as {kind: "postgres", query: "select …"}',
  {
    kind: text(),
    query: text("SQL"),
    connection: text().optional()
  }
);

/** DuckDB's type of a PostgreSQL type, by its number in pg_type. Others arrive as text. */
const TYPES: Record<number, string> = {
  16: "BOOLEAN",
  20: "BIGINT",
  21: "SMALLINT",
  23: "INTEGER",
  700: "FLOAT",
  701: "DOUBLE",
  1082: "DATE",
  1114: "TIMESTAMP",
  1184: "TIMESTAMPTZ",
  1700: "DOUBLE",
  114: "JSON",
  3802: "JSON"
};

const BATCH = 5_000;

/**
 * Reads through a cursor in one REPEATABLE READ transaction that may not write: all rows are of one moment, whatever
 * others write meanwhile, and memory stays flat.
 */
export const postgres: SourceReader<PostgresSource> = async ({query, connection}, context) => {
  const {default: pg} = await import("pg").catch((cause: unknown) => {
    throw new UserError(
      `dataset ${context.dataset}: reading PostgreSQL needs the package pg. Run \`npm install pg\`.`,
      {cause}
    );
  });
  const client = clientOf(pg.Client, connection, context.dataset);
  // Without a listener a connection that breaks between two queries would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw new UserError(
      `dataset ${context.dataset}: cannot connect to PostgreSQL at ${client.host}:${client.port} (${(cause as NodeJS.ErrnoException).code ?? "refused"}). Check the connection's address, user and password.`,
      {cause}
    );
  }
  const answered = <T>(answer: Promise<T>) =>
    answer.catch((cause: unknown) => {
      throw queryFailed(context, `PostgreSQL at ${client.host}:${client.port}`, cause);
    });
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query(
      "set local datestyle = 'ISO'; set local timezone = 'UTC'; set local extra_float_digits = 3"
    );
    const {rows: moment} = await client.query<{at: string; snapshot: string}>(
      "select now()::text as at, pg_current_snapshot()::text as snapshot"
    );
    await answered(client.query(`declare assay_rows no scroll cursor for ${query}`));
    const fields: {name: string; dataTypeID: number}[] = [];
    async function* fetched(): AsyncGenerator<object> {
      for (;;) {
        const result = await answered(
          client.query({
            text: `fetch ${BATCH} from assay_rows`,
            types: {getTypeParser: () => (text: string) => text}
          })
        );
        if (fields.length === 0) {
          fields.push(...result.fields);
          assertOnce(
            context.dataset,
            fields.map(({name}) => name)
          );
        }
        if (result.rows.length === 0) return;
        yield* result.rows as object[];
      }
    }
    const ndjson = join(context.scratch, "rows.ndjson");
    const {count, longest} = await writeNdjson(ndjson, fetched());
    if (count === 0)
      throw new UserError(
        `dataset ${context.dataset}: its query found no rows, so there is no version to make.`
      );
    await client.query("commit");
    const read = Object.fromEntries(fields.map(({name}) => [name, "VARCHAR"]));
    const texts = readNdjson(ndjson, read, longest);
    const columns = fields.map(({name, dataTypeID}) => `${converted(name, dataTypeID)} as ${sqlName(name)}`);
    return {
      relation: `(select ${columns.join(", ")} from ${texts})`,
      describe: {
        kind: "postgres",
        host: client.host,
        database: client.database,
        query,
        readAt: moment[0]!.at,
        snapshot: moment[0]!.snapshot
      }
    };
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** A sign in the password that ends an address's host would make the rest of the password a port, and messages name that. */
const UNENCODED = /#|^\w+:\/\/[^@/?#]*[/?][^=]*@/s;

function clientOf(Client: typeof pg.Client, connection: string | undefined, dataset: string): pg.Client {
  const refused = (problem: string) => new UserError(`dataset ${dataset}: its \`connection\` ${problem}`);
  const encode =
    "Write user and password percent-encoded (`encodeURIComponent`): # as %23, / as %2F, ? as %3F, @ as %40, % as %25.";
  if (connection !== undefined && UNENCODED.test(connection))
    throw refused(`has one of the signs # / ? where it ends a part of an address. ${encode}`);
  try {
    return new Client({connectionString: connection, application_name: "assay"});
  } catch (cause) {
    const {code, path} = cause as NodeJS.ErrnoException;
    if (path !== undefined)
      throw refused(`names a file that cannot be read (${code}): ${path}. Correct the path.`);
    if (cause instanceof TypeError || cause instanceof URIError)
      throw refused(`is no address such as postgres://user:password@host:5432/database. ${encode}`);
    throw refused(`cannot be used: ${messageOf(cause)}`);
  }
}

function converted(name: string, type: number): string {
  const target = TYPES[type];
  if (!target) return sqlName(name);
  return target === "BOOLEAN" ? `(${sqlName(name)} = 't')` : `${sqlName(name)}::${target}`;
}
