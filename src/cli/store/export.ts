import {existsSync} from "node:fs";
import {rename, rm} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UsageError, UserError} from "../../base/validation/index.js";
import {makeFolder, temporaryPath, writeAtomic} from "../../base/system/index.js";
import {
  assertMayWrite,
  noteWritten,
  openStore,
  recordExport,
  refuseUnfinishedPurge,
  sqlName,
  sqlString,
  type Store
} from "../../base/store/index.js";
import {ledgerSummary} from "../../data/privacy/index.js";
import {FEWEST_EXAMPLES} from "../../training/finetunes/index.js";
import {
  type ChatManifest,
  exportChat,
  type ExportChatOptions
} from "../../training/finetunes/exports/exportChat.js";
import {assertKnown} from "../project/knownDataset.js";
import type {ExportEvalOptions} from "./exportEval.js";
import {openProject} from "../project/project.js";
import {note, print, printJson} from "../terminal/terminal.js";

interface ExportOptions extends ExportChatOptions, ExportEvalOptions {
  chat?: string;
  json?: boolean;
  duckdb?: string;
  parquet?: string;
  csv?: string;
}

export async function exportVerb(options: ExportOptions, name?: string): Promise<void> {
  if (name !== undefined || options.promptfoo || options.inspect) {
    if (name === undefined || !(options.promptfoo ?? options.inspect))
      throw new UsageError(
        "name an eval and a file of another tool: assay export EVAL --promptfoo FILE, or --inspect FILE."
      );
    const {exportEval} = await import("./exportEval.js");
    return exportEval(name, options);
  }
  if (!options.duckdb && !options.parquet && !options.csv && !options.chat)
    throw new UsageError("say where to: --duckdb FILE, --parquet DIR, --csv DIR or --chat FILE.");
  if (!options.chat && (options.dataset ?? options.part ?? options.split) !== undefined)
    throw new UsageError("--dataset, --split and --part are for --chat FILE.");
  if (options.json && !options.chat)
    throw new UsageError(
      "--json goes with --chat FILE, or with an eval: EVAL --promptfoo FILE, or --inspect FILE."
    );
  const store = await openStore(await openProject());
  try {
    if (options.chat) {
      if (options.dataset) await assertKnown(store, options.dataset);
      const dataset = options.dataset ?? (await onlyDataset(store));
      const manifest = await exportChat(store, options.chat, {...options, dataset}, note);
      if (options.json) printJson(manifest);
      else print(await chatText(store, options.chat, manifest));
    }
    if (options.duckdb ?? options.parquet ?? options.csv) await refuseUnfinishedPurge(store.workspace);
    if (options.duckdb) await toDuckdb(store, await store.tables(), resolve(options.duckdb));
    for (const format of ["parquet", "csv"] as const)
      if (options[format]) await exportTables(store, resolve(options[format]), format, options.overwrite);
  } finally {
    store.close();
  }
}

/** The dataset of a store that has one. */
async function onlyDataset(store: Store): Promise<string | undefined> {
  const [name, ...others] = new Set((await store.versions()).map(({dataset}) => dataset));
  return others.length === 0 ? name : undefined;
}

/** For a person: what was written, what was left out, and what providers reject. */
export async function chatText(store: Store, path: string, manifest: ChatManifest): Promise<string> {
  const {dataset, version, split, part, rows, leftOut, warnings} = manifest;
  const versions = await store.versions(dataset);
  const of = versions.find(({id}) => id === version);
  const ledger = of && (await ledgerSummary(store, of));
  return [
    `${rows} examples in ${path} (${dataset}@${version}, part ${part} of ${split.name}), with a manifest in ${path}.manifest.json`,
    ...(leftOut.unresolved > 0
      ? [`left out: ${leftOut.unresolved} rows with unresolved findings (\`assay pii ${dataset}\`)`]
      : []),
    ...(leftOut.broken > 0 ? [`left out: ${leftOut.broken} rows that make no valid example`] : []),
    ...Object.entries(warnings).map(
      ([warning, count]) => `${count} examples: ${warning.replaceAll("_", " ")}`
    ),
    ...(rows < FEWEST_EXAMPLES
      ? [`fewer than ${FEWEST_EXAMPLES} examples: providers refuse such a file`]
      : []),
    ...(ledger && !ledger.layers.includes("names")
      ? [`people and places were not searched: \`assay pii ${dataset} --names\` finds them`]
      : [])
  ].join("\n");
}

async function toDuckdb(store: Store, tables: string[], file: string): Promise<void> {
  if (existsSync(file)) throw new UserError(`${file} exists already. Remove it, or name another file.`);
  if (file.includes("?"))
    throw new UserError(
      `DuckDB cannot write to ${file}, since the path has a "?". Name a file whose path has none.`
    );
  await recordExport(store.workspace, file, {dataset: null});
  await staged(file, async (stage) => {
    const made = join(stage, "tables.duckdb");
    await store.run(`attach ${sqlString(made)} as exported`);
    for (const table of tables)
      await store.run(`create table exported.${sqlName(table)} as select * from ${sqlName(table)}`);
    await store.run("checkpoint exported");
    await store.run("detach exported");
    await rename(made, file);
  });
  print(`${tables.length} tables in ${file}`);
}

/**
 * Writes every table and view of the store to a file of its own in a folder, made when it is not there. Where one cannot be written
 * the folder's files stay as they were.
 */
export async function exportTables(
  store: Store,
  folder: string,
  format: "parquet" | "csv",
  overwrite?: boolean
): Promise<void> {
  const tables = await store.tables();
  const fileOf = (table: string) => join(folder, `${table}.${format}`);
  await assertMayWrite(store.workspace, tables.map(fileOf), overwrite);
  await makeFolder(folder);
  await recordExport(store.workspace, folder, {dataset: null});
  await staged(join(folder, "tables"), async (stage) => {
    const made = (table: string) => join(stage, `${table}.${format}`);
    for (const table of tables)
      await writeAtomic(made(table), (temporary) =>
        store.run(`copy (select * from ${sqlName(table)}) to ${sqlString(temporary)} (format ${format})`)
      );
    for (const table of tables) await rename(made(table), fileOf(table));
  });
  for (const table of tables) await noteWritten(store.workspace, fileOf(table));
  print(`${tables.length} ${format} files in ${folder}`);
}

/** Gives `work` a folder beside `path`, which is gone afterwards with what was not moved out of it, such as DuckDB's log. */
async function staged(path: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = temporaryPath(path);
  try {
    await makeFolder(folder);
    await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
