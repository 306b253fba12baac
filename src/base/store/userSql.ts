import type {Database} from "./duckdb.js";
import {messageOf, UserError} from "../validation/errors.js";
import {exactJson} from "../validation/exactJson.js";
import {plainSql} from "./plainSql.js";

export interface UserSql {
  /** Where the text came from, for messages: `--where`, `filter "long"`. */
  what: string;
  /** Tables and views it may read, besides those it makes itself in a `with`. None unless told. */
  tables?: readonly string[];
}

/** Table functions that make rows of their arguments or tell of the catalog. All others may read a file or run a text. */
const HARMLESS = new Set(
  (
    "range generate_series unnest repeat repeat_row json_each json_tree duckdb_columns duckdb_tables duckdb_views " +
    "duckdb_functions duckdb_types duckdb_keywords duckdb_settings pragma_table_info pragma_version pg_timezone_names " +
    "icu_calendar_names"
  ).split(" ")
);

/** Schemas that describe the catalog. */
const CATALOGS = new Set(["information_schema", "pg_catalog"]);

const LONGEST = 100_000;

/**
 * A person's text as one SQL condition, in parentheses, safe to stand anywhere in a statement: it was parsed, and is one
 * expression that reads no file and no table but `tables`. Throws UserError otherwise. Whether its columns exist is not
 * known yet.
 */
export async function userCondition(db: Database, text: string, options: UserSql): Promise<string> {
  const {what} = options;
  const refuse = (found: string): never => {
    throw new UserError(
      `${what} must be one condition over the columns, such as label = 'billing', and nothing else: ${found}.`
    );
  };
  // Alone it must end where an expression ends; in parentheses it must not close ours, nor hide them in a comment.
  const [alone, inside] = [
    await parsedSql(db, `select\n${text}\n`),
    await parsedSql(db, `select (\n${text}\n)`)
  ];
  if (text.trim() === "") refuse("it is empty");
  for (const found of [alone, inside]) {
    if ("problem" in found) return refuse(found.problem);
    if (found.statements.length !== 1) refuse(`it holds ${found.statements.length} statements`);
    const node = found.statements[0]!.node as SelectNode;
    const [only, ...more] = node.select_list ?? [];
    const bare =
      node.type === "SELECT_NODE" &&
      node.from_table?.type === "EMPTY" &&
      [node.where_clause, node.having, node.qualify, node.sample].every((part) => part === null) &&
      [node.modifiers, node.group_expressions].every((list) => list?.length === 0);
    if (!bare || !only || more.length > 0 || only.alias !== "" || only.class === "STAR")
      refuse("it is more than one expression");
    assertReads(node, options);
  }
  return `(\n${text}\n)`;
}

/**
 * How the engine parses a condition that `userCondition` takes: a tree of its expressions, whole numbers beyond 2^53 as text. Throws
 * UserError for a text that is none.
 */
export async function conditionTree<T extends object>(db: Database, text: string): Promise<T> {
  const found = await parsedSql(db, `select\n${text}\n`);
  const [only] = "problem" in found ? [] : ((found.statements[0]?.node as SelectNode)?.select_list ?? []);
  if (!only) throw new UserError(`${JSON.stringify(text)} is not a condition.`);
  return only as object as T;
}

/**
 * A person's text as one query without its last semicolon: one SELECT (or FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW) that
 * reads no file and no table but `tables`. Throws UserError otherwise.
 */
export async function userQuery(db: Database, text: string, options: UserSql): Promise<string> {
  const found = await parsedSql(db, text);
  if ("problem" in found)
    throw new UserError(
      found.problem.includes("Only SELECT")
        ? `${options.what} reads, and changes nothing: it takes SELECT, FROM, VALUES, DESCRIBE, SUMMARIZE and SHOW. \`assay export\` writes tables to files.`
        : `${options.what}: ${found.problem}`
    );
  if (found.statements.length !== 1)
    throw new UserError(`${options.what} takes one query at a time, not ${found.statements.length}.`);
  assertReads(found.statements[0]!.node, options);
  return text.trim().replace(/(\s*;)+$/, "");
}

/** Throws UserError unless the text, with what stands before it, is exactly one statement. */
export async function assertOneStatement(db: Database, before: string, text: string, what: string) {
  const count = await db.countStatements(`${before}\n${text}\n`).catch((cause: unknown) => {
    throw new UserError(
      `${what} cannot be parsed: ${plainSql(messageOf(cause).replace("Failed to extract statements: ", ""))}`,
      {cause}
    );
  });
  if (count !== 1) throw new UserError(`${what} must be one query; it holds ${count} statements.`);
}

interface SelectNode extends Record<string, unknown> {
  type: string;
  select_list?: {class: string; alias: string}[];
  from_table?: {type: string};
  modifiers?: unknown[];
  group_expressions?: unknown[];
}

interface ParsedSql {
  statements: {node: object}[];
}

async function parsedSql(db: Database, text: string): Promise<ParsedSql | {problem: string}> {
  if (text.length > LONGEST) return {problem: `it is longer than ${LONGEST} characters`};
  const {tree} = (await db.row<{tree: string}>("select json_serialize_sql($text::varchar)::varchar as tree", {
    text
  }))!;
  const found = exactJson(tree) as ParsedSql & {error: boolean; error_message?: string};
  return found.error ? {problem: plainSql(found.error_message ?? "it cannot be parsed")} : found;
}

/** Walks a parse tree: every table, table function and `with` in it. */
function assertReads(tree: object, {what, tables = []}: UserSql): void {
  const known = new Set(tables.map((name) => name.toLowerCase()));
  const made = new Set<string>();
  const read: string[] = [];
  const refuse = (found: string): never => {
    throw new UserError(`${what} may not ${found}.`);
  };
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const node = open.pop();
    if (node === null || typeof node !== "object") continue;
    if (Array.isArray(node)) {
      for (const one of node) open.push(one);
      continue;
    }
    const {type, table_name, schema_name, catalog_name, function: called, cte_map} = node as SqlTree;
    for (const {key} of cte_map?.map ?? []) {
      // The engine reads a table's name that it does not know as a file's; a name made here could hide one there.
      if (!/^[\p{L}_][\p{L}\p{N}_ ]*$/u.test(key)) refuse(`name a query ${JSON.stringify(key)}`);
      made.add(key.toLowerCase());
    }
    if (type === "TABLE_FUNCTION") {
      const name = called?.function_name ?? "";
      if (!HARMLESS.has(name.toLowerCase()))
        refuse(`call ${name}(), which reads more than the store's tables`);
    }
    if (type === "BASE_TABLE" && !CATALOGS.has((schema_name ?? "").toLowerCase())) {
      if (!["", "main"].includes(schema_name ?? "") || !["", "memory"].includes(catalog_name ?? ""))
        refuse(`read ${[catalog_name, schema_name, table_name].filter(Boolean).join(".")}`);
      read.push(table_name ?? "");
    }
    for (const value of Object.values(node)) open.push(value);
  }
  for (const name of read)
    if (!known.has(name.toLowerCase()) && !made.has(name.toLowerCase()))
      refuse(
        `read ${JSON.stringify(name)}, which is no table here${tables.length > 0 ? `. There are ${tables.join(", ")}` : ""}`
      );
}

interface SqlTree {
  type?: string;
  table_name?: string;
  schema_name?: string;
  catalog_name?: string;
  function?: {function_name: string};
  cte_map?: {map?: {key: string}[]};
}
