import {readFile, rm} from "node:fs/promises";
import {createInterface} from "node:readline/promises";
import {plainSql, openStore, sqlString, type Store, userQuery} from "../../base/store/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {openProject} from "../project/project.js";
import {dim, note, print, printable, printableLines, printJson, table} from "../terminal/terminal.js";
import {noteUnfinishedPurges} from "./noteUnfinishedPurges.js";

const CLOSED =
  /\be'(?:[^'\\]|\\.|'')*'|(?<!\be)'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi;

/** Whether the lines of SQL so far end with a semicolon that is not within a text, a quoted name or a comment. */
export function isWholeStatement(sql: string): boolean {
  if (!sql.trimEnd().endsWith(";")) return false;
  const left = sql.replaceAll(CLOSED, "x").trimEnd();
  return left.endsWith(";") && !/['"]|\/\*|\$\w*\$/.test(left);
}

interface SqlOptions {
  json?: boolean;
  csv?: boolean;
}

export async function sqlVerb(query: string | undefined, options: SqlOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    await noteUnfinishedPurges(store.workspace);
    await store.confine([store.workspace.dir, store.workspace.tmpDir]);
    if (query !== undefined) await answer(store, query, options);
    else await shell(store, options);
  } finally {
    store.close();
  }
}

async function answer(store: Store, query: string, options: SqlOptions): Promise<void> {
  const checked = await userQuery(store, query, {what: "assay sql", tables: await store.tables()});
  if (options.csv) return printCsv(store, checked);
  const rows = await store.rows(checked).catch(refuse);
  if (options.json) return printJson(rows);
  if (rows.length === 0) return print(dim("no rows"));
  print(
    table(
      rows,
      Object.keys(rows[0]!).map((name) => ({
        title: printable(name),
        // Without a blank it may be an id, to be copied.
        text: rows.some((row) => /\s/.test(cell(row[name]) ?? "")) ? "excerpt" : undefined,
        value: (row) => cell(row[name]),
        align: typeof rows[0]![name] === "number" ? "right" : "left"
      }))
    )
  );
}

/** The engine says what is wrong with a query; its classes of errors and a stack would only push that out of sight. */
function refuse(cause: unknown): never {
  throw new UserError(`the query failed: ${plainSql(messageOf(cause))}.`, {cause});
}

function cell(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function printCsv(store: Store, query: string): Promise<void> {
  const file = temporaryPath(`${store.workspace.tmpDir}/query.csv`);
  try {
    await store.run(`copy (${query}\n) to ${sqlString(file)} (format csv, header)`).catch(refuse);
    const csv = await readFile(file, "utf8");
    // In a file nothing acts on control characters, and a program needs the texts as they are.
    process.stdout.write(process.stdout.isTTY ? printableLines(csv) : csv);
  } finally {
    await rm(file, {force: true});
  }
}

/** Statements end with a semicolon; an error is shown and the shell goes on. */
async function shell(store: Store, options: SqlOptions): Promise<void> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) {
    print(`Tables: ${(await store.tables()).join(", ")}`);
    print(dim("End a statement with “;”. Ctrl-D leaves."));
  }
  const lines = createInterface({
    input: process.stdin,
    output: terminal ? process.stdout : undefined,
    prompt: "assay> "
  });
  let statement = "";
  if (terminal) lines.prompt();
  for await (const line of lines) {
    statement += line + "\n";
    if (isWholeStatement(statement)) {
      await answer(store, statement.trim().replace(/;$/, ""), options).catch((error: unknown) => {
        note(messageOf(error));
        if (!terminal) process.exitCode = 1;
      });
      statement = "";
    }
    if (terminal) {
      lines.setPrompt(statement ? "   ...> " : "assay> ");
      lines.prompt();
    }
  }
  if (statement.trim()) await answer(store, statement.trim(), options);
}
