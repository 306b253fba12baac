import {existsSync} from "node:fs";
import {appendFile, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {Workspace} from "./workspace.js";

/** A copy of rows that left the store: where it was written, so that a purge can name it. */
export interface Exported {
  /** ISO time. */
  at: string;
  /** Absolute path of the file or folder. */
  path: string;
  /** The data set whose rows are in it; null for all of the store's. */
  dataset: string | null;
}

const logOf = (workspace: Workspace) => join(workspace.dir, "exports.jsonl");

/** Notes a copy once it is written. */
export async function recordExport(
  workspace: Workspace,
  path: string,
  dataset: string | null
): Promise<void> {
  const line: Exported = {at: new Date().toISOString(), path, dataset};
  await appendFile(logOf(workspace), JSON.stringify(line) + "\n");
}

/** Copies with rows of a data set that still stand where they were written, each once, in the order of their paths. */
export async function exportsOf(workspace: Workspace, dataset: string): Promise<string[]> {
  const text = existsSync(logOf(workspace)) ? await readFile(logOf(workspace), "utf8") : "";
  const all = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Exported);
  const own = all.filter((one) => one.dataset === null || one.dataset === dataset);
  return [...new Set(own.map(({path}) => path))].filter((path) => existsSync(path)).sort();
}
