import {existsSync} from "node:fs";
import {mkdir, rename} from "node:fs/promises";
import {join} from "node:path";
import {type Database, listFolders, parquetFile, readJson, type RunManifest, sqlString, sweepTemporary, temporaryPath, type Workspace, writeJsonAtomic} from "../../store/index.js";
import type {Plan} from "../plan/plan.js";
import type {Place} from "../plan/rows.js";
import {journalFile, numberOf, OUTCOME, scoresFile} from "./tables.js";

/** Written when a run begins: what a start after a kill must know. */
export interface RunStart {
  planHash: string;
  startedAt: string;
  noReuse: boolean;
}

export const startFile = (folder: string) => join(folder, "start.json");

export interface RunFolder {
  id: string;
  startedAt: string;
  /** The sealed run in this folder, when a start only adds to it. */
  sealed?: RunManifest;
  /** True when nothing is left to do: `sealed` is the answer. */
  finished: boolean;
}

/** The id that runs of a plan share; what comes after it tells repetitions with --no-reuse apart. */
export function planId(evalName: string, planHash: string): string {
  return `${evalName.slice(0, 100)}-${planHash.slice(0, 12)}`;
}

/**
 * The folder a start works in. The same plan always goes on in the same folder, whether its last start was sealed,
 * interrupted or killed; `noReuse` begins a new one unless its own last start did not end.
 */
export async function chooseFolder(
  {db, workspace}: Place,
  evalName: string,
  plan: Plan,
  options: {noReuse?: boolean; retryFailed?: boolean},
  now: () => number
): Promise<RunFolder> {
  const base = planId(evalName, plan.hash);
  const runs = join(workspace.dir, "runs");
  const numbers = (await listFolders(runs))
    .filter((id) => id === base || id.startsWith(`${base}-`))
    .map((id) => (id === base ? 1 : Number(id.slice(base.length + 1))))
    .filter(Number.isInteger);
  const last = Math.max(0, ...numbers);
  const found =
    last > 0 ? await inspect(workspace, last === 1 ? base : `${base}-${last}`, plan, options) : undefined;
  if (found && !(options.noReuse && (found.finished || !found.noReuse))) {
    if (!found.finished && found.sealed) await unseal(db, workspace.runDir(found.id), plan);
    return found;
  }
  const id = last === 0 ? base : `${base}-${last + 1}`;
  const start: RunStart = {
    planHash: plan.hash,
    startedAt: new Date(now()).toISOString(),
    noReuse: options.noReuse ?? false
  };
  await mkdir(workspace.runDir(id), {recursive: true});
  await writeJsonAtomic(startFile(workspace.runDir(id)), start);
  return {id, startedAt: start.startedAt, finished: false};
}

async function inspect(
  workspace: Workspace,
  id: string,
  plan: Plan,
  options: {noReuse?: boolean; retryFailed?: boolean}
): Promise<(RunFolder & {noReuse: boolean}) | undefined> {
  const folder = workspace.runDir(id);
  await sweepTemporary(folder);
  const start = await readJson<RunStart>(startFile(folder));
  const sealed = await readJson<RunManifest>(join(folder, "manifest.json"));
  if (!start || start.planHash !== plan.hash) return undefined;
  const counts = sealed?.counts;
  const finished =
    counts !== undefined &&
    !existsSync(journalFile(folder)) &&
    counts.completed + counts.failed === counts.planned &&
    !(options.retryFailed && counts.failed > 0);
  return {id, startedAt: start.startedAt, noReuse: start.noReuse, finished, ...(sealed ? {sealed} : {})};
}

/** Gives a sealed run its journal back, so that a start can add to it. A journal already there is newer. */
async function unseal(db: Database, folder: string, plan: Plan): Promise<void> {
  if (existsSync(journalFile(folder))) return;
  const table = (name: string) => `${parquetFile(join(folder, `${name}.parquet`))}`;
  const numbered = (name: string) =>
    `(select ${numberOf(plan)} as n, t.* from ${table(name)} t join ${table("items")} i using (row_id))`;
  const write = async (path: string, query: string) => {
    const temporary = temporaryPath(path);
    await db.run(`copy (${query}) to ${sqlString(temporary)} (format json)`);
    await rename(temporary, path);
  };
  const seq = "row_number() over (order by n)::bigint - 1 as seq";
  await write(
    scoresFile(folder),
    `select ${seq}, n, scorer, scorer_version, key, status, value, reason, details from ${numbered("scores")} order by n`
  );
  // Last: while there is no journal, the sealed files are the run.
  await write(
    journalFile(folder),
    `select ${seq}, n, ${Object.keys(OUTCOME).join(", ")} from ${numbered("completions")} where not reused order by n`
  );
}
