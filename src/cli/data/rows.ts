import {chosenSplit} from "../../data/splits/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {openStore, sqlName, sqlString, type Store, userCondition} from "../../base/store/index.js";
import {showPrompt} from "./rowPrompt.js";
import {namedVersion} from "../project/knownDataset.js";
import {openProject} from "../project/project.js";
import {undeterminedRows} from "./undetermined.js";
import {dim, print, printable, printJson, table} from "../terminal/terminal.js";

interface RowsOptions {
  version?: string;
  part?: string;
  split?: string;
  where?: string;
  prompt?: string;
  undetermined?: string;
  limit: number;
  json?: boolean;
}

/** Shows rows of a version in the order of their ids. Rows of a held-out part stay out of sight. */
export async function rowsVerb(named: string, options: RowsOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    if (options.prompt !== undefined) return await showPrompt(store, named, options.prompt, options.json);
    const version = await namedVersion(store, named, options.version);
    await store.confine([store.workspace.dir, store.workspace.tmpDir]);
    const name = version.dataset;
    const conditions = options.where === undefined ? [] : [await whereOf(store, options.where)];
    if (options.part !== undefined) conditions.push(await inPart(store, name, version.id, options));
    const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
    const query = `select * from ${sqlName(`${name}@${version.id}`)} ${where} order by row_id`;
    const {limit, undetermined: filter} = options;
    const found =
      filter === undefined
        ? store.rows(`${query} limit ${limit}`)
        : undeterminedRows(store, {name, filter, query, limit});
    const rows = await found.catch((cause: unknown) => {
      if (options.where === undefined || cause instanceof UserError) throw cause;
      throw new UserError(
        `--where is not a condition over the columns of ${name}: ${messageOf(cause).split("\n")[0]} Its columns: ${version.columns.map((column) => column.name).join(", ")}.`,
        {cause}
      );
    });
    if (options.json) return printJson(rows);
    if (rows.length === 0) return print(dim("no rows"));
    const names = Object.keys(rows[0]!).filter((column) => column !== "row_hash");
    print(
      table(
        rows,
        names.map((column) => ({
          title: printable(column),
          text: column === "row_id" ? undefined : "excerpt",
          value: (row) => {
            const value = row[column];
            if (value === null || value === undefined) return undefined;
            return typeof value === "object" ? JSON.stringify(value) : String(value);
          }
        }))
      )
    );
  } finally {
    store.close();
  }
}

async function whereOf(store: Store, where: string): Promise<string> {
  return userCondition(store, where, {what: "--where", tables: await store.tables()});
}

async function inPart(
  store: Store,
  name: string,
  version: string,
  {part, split}: RowsOptions
): Promise<string> {
  if (part === "held-out")
    throw new UserError("rows of the held-out part are not shown. Only a final run opens them.");
  const chosen = await chosenSplit(store, {dataset: name, id: version}, split);
  if (!Object.hasOwn(chosen.counts, part!))
    throw new UserError(
      `split ${chosen.name} has no part ${part}. It has ${Object.keys(chosen.counts).join(", ")}.`
    );
  return `row_id in (select row_id from parts where dataset = ${sqlString(name)} and split = ${sqlString(chosen.id)} and part = ${sqlString(part!)})`;
}
