import {text} from "../../../base/validation/checked.js";
import {z} from "zod";
import {fileForm, having} from "../../../base/validation/fileForm.js";
import {
  type Database,
  getJson,
  hasRunFile,
  putJson,
  readRun,
  runIds,
  runKey,
  type RunManifest,
  runTable,
  sqlString,
  START_WAY_OUT,
  type Workspace
} from "../../../base/store/index.js";
import type {RunPlan} from "../plan/plan.js";
import type {RowStorage} from "../plan/rows.js";
import {isUnanswered} from "../unanswered.js";
import {restoreSuperseded} from "./superseded.js";
import {requestNumber, OUTCOME, withAllColumns} from "./tables.js";

/** Written when a run begins: what a start after a kill must know. */
export interface RunStart {
  planHash: string;
  startedAt: string;
  noReuse: boolean;
  /** The dataset's name: a purge of another leaves the run alone. Starts of before may lack it. */
  dataset?: string;
  /** The split's name. Starts of before lack it. */
  split?: string;
  /** The calls that it makes, for who watches it; `each` for a row and a candidate. */
  calls?: {planned: number; candidates: string[]; each: number};
}

const START = fileForm<RunStart>(
  {
    planHash: text(),
    startedAt: text(),
    dataset: text().optional(),
    split: text().optional(),
    calls: having({
      planned: z.number(),
      candidates: z.array(text()).min(1),
      each: z.number().min(1)
    }).optional()
  },
  START_WAY_OUT
);

/** Undefined when there is no such run. */
export function readStart(workspace: Workspace, id: string): Promise<RunStart | undefined> {
  return getJson(workspace, runKey(id, "start.json"), START);
}

export interface RunFolder {
  id: string;
  startedAt: string;
  /** When a later start than its first took it up again. */
  askedAt?: string;
  /** The sealed run in this folder, when a start only adds to it. */
  sealed?: RunManifest;
  /** True when nothing is left to do: `sealed` is the answer. */
  finished: boolean;
}

/**
 * The id that runs of a plan share; what comes after it tells repetitions with --no-reuse apart, and runs of the same rows
 * under other names of the dataset or the split.
 */
export function planId(evalName: string, planHash: string): string {
  return `${evalName.slice(0, 100)}-${planHash.slice(0, 12)}`;
}

/** The newest run of a plan under the names that it has now, and the id of the next one; nothing is made. */
export async function latestFolder(
  place: RowStorage,
  evalName: string,
  plan: RunPlan,
  options: {noReuse?: boolean; retryFailed?: boolean}
): Promise<{next: string; found?: RunFolder & {noReuse: boolean}}> {
  const {workspace} = place;
  const base = planId(evalName, plan.hash);
  const ids = (await runIds(workspace)).filter((id) => id === base || id.startsWith(`${base}-`));
  // A start that was killed before its first file leaves an empty folder, which the next one takes.
  const begun = await Promise.all(ids.map((id) => hasRunFile(workspace, id, "start.json")));
  const numbers = ids
    .filter((_, i) => begun[i])
    .map((id) => (id === base ? 1 : Number(id.slice(base.length + 1))))
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
  const idOf = (number: number) => (number === 1 ? base : `${base}-${number}`);
  const next = idOf((numbers[0] ?? 0) + 1);
  for (const number of numbers)
    if (await isNamedAs(workspace, idOf(number), plan))
      return {next, found: await inspect(place, idOf(number), plan, options)};
  return {next};
}

/** Whether a run was begun under the names that its dataset and split have in a plan. What is not known counts as the same. */
async function isNamedAs(workspace: Workspace, id: string, {names}: RunPlan): Promise<boolean> {
  const start = await readStart(workspace, id);
  const sealed = start?.dataset && start.split ? undefined : await readRun(workspace, id);
  const dataset = start?.dataset ?? sealed?.dataset.name ?? names.dataset;
  const split = start?.split ?? sealed?.split.name ?? names.split;
  return dataset === names.dataset && split === names.split;
}

/**
 * The folder a start works in. The same plan always goes on in the same folder, whether its last start was sealed,
 * interrupted or killed; `noReuse` begins a new one unless its own last start did not end.
 */
export async function chooseFolder(
  place: RowStorage,
  evalName: string,
  plan: RunPlan,
  options: {noReuse?: boolean; retryFailed?: boolean},
  now: () => number
): Promise<RunFolder> {
  const {db, workspace} = place;
  const {next: id, found} = await latestFolder(place, evalName, plan, options);
  if (found && !(options.noReuse && (found.finished || !found.noReuse))) {
    if (!found.finished && found.sealed) await unseal(db, workspace, found.sealed, plan);
    // A start that was killed while it removed the logs of a sealed run leaves these.
    if (found.finished)
      for (const log of ["scores.ndjson", "superseded.ndjson"] as const)
        await workspace.place.remove(runKey(found.id, log));
    return {...found, askedAt: new Date(now()).toISOString()};
  }
  const start: RunStart = {
    planHash: plan.hash,
    startedAt: new Date(now()).toISOString(),
    noReuse: options.noReuse ?? false,
    ...plan.names,
    calls: {
      planned: plan.total,
      candidates: plan.candidates,
      each: plan.variants.length * plan.repeats
    }
  };
  await workspace.place.sweep(runKey(id));
  await putJson(workspace, runKey(id, "start.json"), start);
  return {id, startedAt: start.startedAt, finished: false};
}

/** Notes how many calls a run under way makes, those of its earlier starts included, for who watches it. */
export async function notePlanned(workspace: Workspace, id: string, planned: number): Promise<void> {
  const start = await readStart(workspace, id);
  if (!start?.calls || start.calls.planned === planned) return;
  await putJson(workspace, runKey(id, "start.json"), {...start, calls: {...start.calls, planned}});
}

async function inspect(
  place: RowStorage,
  id: string,
  plan: RunPlan,
  options: {noReuse?: boolean; retryFailed?: boolean}
): Promise<(RunFolder & {noReuse: boolean}) | undefined> {
  const {workspace} = place;
  await workspace.place.sweep(runKey(id));
  const start = await readStart(workspace, id);
  const sealed = await readRun(workspace, id);
  if (!start || start.planHash !== plan.hash) return undefined;
  const counts = sealed?.counts;
  const finished =
    counts !== undefined &&
    !(await hasRunFile(workspace, id, "journal.ndjson")) &&
    counts.completed + counts.failed === counts.planned &&
    !sealed?.owedScores &&
    !(options.retryFailed && (counts.failed > 0 || (await hasUnanswered(place, id))));
  return {id, startedAt: start.startedAt, noReuse: start.noReuse, finished, sealed};
}

/** Whether the endpoint that a scorer asks gave no answer about one of a sealed run's. */
async function hasUnanswered({db, workspace}: RowStorage, id: string): Promise<boolean> {
  const scores = await runTable(workspace, [id], "scores");
  if (!scores) return false;
  const found = await db.rows<{reason: string}>(
    `select distinct reason from ${scores} where status = 'failed' and reason is not null`
  );
  return found.some(({reason}) => isUnanswered(reason));
}

/** Gives a sealed run its journal back, so that a start can add to it. A journal already there is newer. */
async function unseal(db: Database, workspace: Workspace, sealed: RunManifest, plan: RunPlan): Promise<void> {
  const {id} = sealed;
  if (await hasRunFile(workspace, id, "journal.ndjson")) return;
  const items = await runTable(workspace, [id], "items");
  const numbered = async (name: "completions" | "scores") => {
    const table = (await runTable(workspace, [id], name))!;
    const whole = name === "completions" ? withAllColumns(table) : table;
    return `(select ${requestNumber(plan)} as n, t.* from ${whole} t join ${items} i using (row_id))`;
  };
  const write = (file: "journal.ndjson" | "scores.ndjson", query: string) =>
    workspace.place.putFile(runKey(id, file), (path) =>
      db.run(`copy (${query}) to ${sqlString(path)} (format json)`)
    );
  const seq = "row_number() over (order by n)::bigint - 1 as seq";
  await write(
    "scores.ndjson",
    `select ${seq}, n, scorer, scorer_version, key, status, value, reason, details from ${await numbered("scores")} order by n`
  );
  await restoreSuperseded(workspace, sealed);
  // Last: while there is no journal, the sealed files are the run.
  await write(
    "journal.ndjson",
    `select ${seq}, n, ${Object.keys(OUTCOME).join(", ")} from ${await numbered("completions")} where not reused order by n`
  );
}
