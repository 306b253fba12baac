import type {SqlConnection} from "./sqlConnection.js";
import type {RunView, SqlEngine} from "../../site/types.js";
import {loadData} from "../rows/loadData.js";
import type {ReportFiles} from "./reportTable.js";
import {copyReportTables, copyTables} from "./sqlTables.js";

/** The part of DuckDB's browser library that is used here; it is loaded from the site, not bundled. */
interface Library {
  AsyncDuckDB: new (logger: object, worker: Worker) => BrowserDatabase;
  VoidLogger: new () => object;
}

interface BrowserDatabase {
  instantiate(wasm: string): Promise<unknown>;
  open(config: object): Promise<void>;
  connect(): Promise<SqlConnection>;
}

let starting: Promise<SqlConnection> | undefined;
let filled: {run: string; tables: Promise<void>} | undefined;

/** A connection to a database in the browser's memory that holds the tables of the run, loaded when it is first asked for. */
export async function sqlDatabase(
  engine: SqlEngine,
  run: RunView,
  runs: readonly RunView[],
  files: ReportFiles
): Promise<SqlConnection> {
  starting ??= start(engine, files);
  starting.catch(() => (starting = undefined));
  const connection = await starting;
  // One after the other: they are tables of the same names.
  if (filled?.run !== run.id)
    filled = {
      run: run.id,
      tables: (filled?.tables ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => copyTables(connection, run, runs))
    };
  await filled.tables;
  return connection;
}

async function start({version}: SqlEngine, files: ReportFiles): Promise<SqlConnection> {
  const missing = `DuckDB ${version} is not part of this site. Build the site again.`;
  const [library, worker, wasm] = await Promise.all(
    ["engine.js", "worker.js", "duckdb.wasm"].map(async (file) => {
      const response = await loadData(`duckdb/${file}`, missing);
      await response.arrayBuffer();
      return response.url;
    })
  );
  const {AsyncDuckDB, VoidLogger} = (await import(library!)) as Library;
  // A worker from a blob has the page's Content-Security-Policy; one from a file would have none and could ask other hosts.
  const script = new Blob([`importScripts(${JSON.stringify(worker)});`], {type: "text/javascript"});
  const address = URL.createObjectURL(script);
  const database = new AsyncDuckDB(new VoidLogger(), new Worker(address));
  await database.instantiate(wasm!);
  URL.revokeObjectURL(address);
  await database.open({
    path: ":memory:",
    query: {castBigIntToDouble: true, castDecimalToDouble: true, castTimestampToDate: true}
  });
  const connection = await database.connect();
  for (const setting of ["autoinstall_known_extensions", "autoload_known_extensions"])
    await connection.query(`set ${setting} = false`);
  await copyReportTables(connection, files);
  return connection;
}
