import {existsSync} from "node:fs";
import {dirname} from "node:path";
import {sweepTemporary} from "../files.js";
import type {Workspace} from "../workspace.js";
import type {Kind} from "./kind.js";
import {appendLine, readLines} from "./log.js";

/** A copy of rows that left the store: where it was written, so that a purge can name it. */
export interface Exported {
  /** ISO time. */
  at: string;
  /** Absolute path of the file or folder. */
  path: string;
  /** The dataset whose rows are in it; null for all of the store's. */
  dataset: string | null;
  /** The run whose answers are in it, when it holds any of one. */
  run?: string;
}

const LOG = "exports.jsonl";

/** A copy cannot be looked into: it is named as long as it stands. */
export const exportKind: Kind = {
  name: "export",
  at: LOG,
  shown: false,
  refersTo: async (_, workspace) =>
    (await readLines<Exported>(workspace, LOG)).flatMap(({run, path}) =>
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
  dataset: string | null,
  run?: string
): Promise<void> {
  for (const folder of [dirname(path), path]) await sweepTemporary(folder);
  const line: Exported = {at: new Date().toISOString(), path, dataset, run};
  await appendLine(workspace, LOG, line);
}

/** Copies with rows of a dataset that still stand where they were written, each once, in the order of their paths. */
async function exportsOf(workspace: Workspace, dataset: string): Promise<string[]> {
  const own = (await readLines<Exported>(workspace, LOG)).filter(
    (one) => one.dataset === null || one.dataset === dataset
  );
  return [...new Set(own.map(({path}) => path))].filter((path) => existsSync(path)).sort();
}
