import {existsSync} from "node:fs";
import {open, readFile} from "node:fs/promises";
import {userInfo} from "node:os";
import {join} from "node:path";
import {UserError} from "./errors.js";
import {emptyRelation, type Columns, readNdjson} from "./parquet.js";
import type {Workspace} from "./workspace.js";

/** One opening of a sealed part: noted before any of its rows is read, so that a run that fails is noted too. */
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
  /** Sealed rows there were to read. */
  rows: number;
  /** True when only the cost was forecast. */
  dryRun: boolean;
}

const FINAL_RUNS: Columns = {
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

const logOf = (workspace: Workspace) => join(workspace.dir, "final-runs.jsonl");

/** Who opens a sealed part: ASSAY_USER, else the system's user. */
export function whoOpens(): string {
  return process.env.ASSAY_USER || userInfo().username;
}

/** Adds a line to the workspace's log of final runs, on disk when this resolves. Throws when it does not say why. */
export async function recordFinalRun(workspace: Workspace, run: FinalRun): Promise<void> {
  if (run.why.trim() === "") {
    const what =
      run.eval === null
        ? `an export of ${run.dataset}@${run.version} holds sealed rows`
        : `eval ${run.eval} scores the sealed part`;
    throw new UserError(`${what}. Say why it is opened now, with --why "…": it is kept beside who and when.`);
  }
  const log = await open(logOf(workspace), "a");
  try {
    await log.write(JSON.stringify(run) + "\n");
    await log.datasync();
  } finally {
    await log.close();
  }
}

/** Every opening of a sealed part, oldest first. */
export async function finalRuns(workspace: Workspace): Promise<FinalRun[]> {
  const text = existsSync(logOf(workspace)) ? await readFile(logOf(workspace), "utf8") : "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as FinalRun);
}

/** The log as a relation. */
export function finalRunsRelation(workspace: Workspace): string {
  return existsSync(logOf(workspace))
    ? `select * from ${readNdjson(logOf(workspace), FINAL_RUNS)}`
    : emptyRelation(FINAL_RUNS);
}
