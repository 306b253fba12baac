import {existsSync} from "node:fs";
import {dirname} from "node:path";
import {text} from "../../validation/checked.js";
import {fileForm} from "../../validation/fileForm.js";
import {sweepTemporary} from "../../system/files.js";
import type {Kind, Workspace} from "./kind.js";
import {appendLine, readLines} from "./log.js";

/** A copy of rows that left the store: where it was written, so that a purge can name it. */
export interface ExportedRows {
  /** ISO time. */
  at: string;
  /** Absolute path of the file or folder. */
  path: string;
  /** The dataset whose rows are in it; null for all of the store's. */
  dataset: string | null;
  /** What of the dataset it holds, where it is one part of one version's split. */
  version?: string;
  split?: string;
  part?: string;
  /** The run whose answers are in it, when it holds any of one. */
  run?: string;
}

const LOG = "exports.jsonl";

const FORM = fileForm<ExportedRows>(
  {at: text(), path: text(), dataset: text().nullable(), run: text().optional()},
  "Restore the line from a copy of the store, or remove it."
);

/** A copy cannot be looked into: it is named as long as it stands. */
export const exportKind: Kind = {
  name: "export",
  at: LOG,
  refersTo: async (_, workspace) =>
    (await readLines(workspace, LOG, FORM)).flatMap(({run, path}) =>
      run !== undefined && existsSync(path) ? [run] : []
    ),
  erase: async (_, {workspace, dataset}) => ({keeps: await exportsOf(workspace, dataset)})
};

/**
 * Notes a copy, before it appears: so none stands that a purge does not name. What exports that were killed left half-written
 * there is removed.
 */
export async function recordExport(
  workspace: Workspace,
  path: string,
  of: Omit<ExportedRows, "at" | "path">
): Promise<void> {
  for (const folder of [dirname(path), path]) await sweepTemporary(folder);
  const line: ExportedRows = {at: new Date().toISOString(), path, ...of};
  await appendLine(workspace, LOG, line);
}

/** All copies that were noted, the oldest first; of a place that was written again the last one only. */
export async function readExports(workspace: Workspace): Promise<ExportedRows[]> {
  const lines = await readLines(workspace, LOG, FORM);
  return [...new Map(lines.map((one) => [one.path, one])).values()];
}

/** Copies with rows of a dataset that still stand where they were written, each once, in the order of their paths. */
async function exportsOf(workspace: Workspace, dataset: string): Promise<string[]> {
  const own = (await readLines(workspace, LOG, FORM)).filter(
    (one) => one.dataset === null || one.dataset === dataset
  );
  return [...new Set(own.map(({path}) => path))].filter((path) => existsSync(path)).sort();
}
