import {userInfo} from "node:os";
import {UserError} from "../../validation/errors.js";
import {anyText, number, text} from "../../validation/checked.js";
import {fileForm} from "../../validation/fileForm.js";
import type {ColumnTypes} from "../parquet.js";
import type {Kind, Workspace} from "./kind.js";
import {appendLine, readLines} from "./log.js";

/** One opening of a held-out part: noted before any of its rows is read, so that a run that fails is noted too. */
export interface FinalRun {
  /** ISO time. */
  at: string;
  who: string;
  why: string;
  /** Null when a whole version was exported. */
  eval: string | null;
  dataset: string;
  version: string;
  split: string;
  /** Held-out rows there were to read. */
  rows: number;
  /** True when only the cost was forecast. */
  dryRun: boolean;
}

const FINAL_RUNS: ColumnTypes = {
  at: "VARCHAR",
  who: "VARCHAR",
  why: "VARCHAR",
  eval: "VARCHAR",
  dataset: "VARCHAR",
  version: "VARCHAR",
  split: "VARCHAR",
  rows: "BIGINT",
  dryRun: "BOOLEAN"
};

const LOG = "final-runs.jsonl";

const FORM = fileForm<FinalRun>(
  {at: text(), who: anyText(), why: text(), dataset: text(), version: text(), split: text(), rows: number()},
  "Restore the line from a copy of the store, or remove it."
);

/** Who opened a held-out part, when and why. It names no row. */
export const finalRunKind: Kind = {
  name: "final run",
  at: LOG,
  tables: {final_runs: "openings of held-out parts: who, when and why"},
  views: async ({workspace}) => [
    {name: "final_runs", of: {rows: await finalRuns(workspace), columns: FINAL_RUNS}}
  ]
};

/** Who opens a held-out part: ASSAY_USER, else the system's user. */
export function whoOpens(): string {
  return process.env.ASSAY_USER || userInfo().username;
}

/** Adds a line to the workspace's log of final runs, on disk when this resolves. Throws when it does not say why. */
export async function recordFinalRun(workspace: Workspace, run: FinalRun): Promise<void> {
  if (run.why.trim() === "") {
    const what =
      run.eval === null
        ? `an export of ${run.dataset}@${run.version} holds held-out rows`
        : `eval ${run.eval} scores the held-out part`;
    throw new UserError(`${what}. Say why it is opened now, with --why "…": it is kept beside who and when.`);
  }
  await appendLine(workspace, LOG, run);
}

/** Every opening of a held-out part, oldest first. */
export function finalRuns(workspace: Workspace): Promise<FinalRun[]> {
  return readLines(workspace, LOG, FORM);
}
