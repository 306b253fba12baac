import {rename} from "node:fs/promises";
import {join} from "node:path";
import {type ColumnTypes, emptyRelation, parquetFile, parquetFiles, putParquet} from "../parquet.js";
import {type RunManifest, modelIdsOf} from "../records/run.js";
import {anyObject, anyText, listOf, text} from "../../validation/checked.js";
import {fileForm, having} from "../../validation/fileForm.js";
import {checkName} from "../../validation/names.js";
import type {HeldLease} from "../renewal.js";
import {countRows, ERASED, erasedName, eraseRows, isGone} from "./eraseRows.js";
import {finalRunView} from "./finalRunViews.js";
import {keptCounts} from "./keptCounts.js";
import {lastAsked} from "./lastAsked.js";
import {pricesOf, RUN_PRICES} from "./runPrices.js";
import {RUN_SIDE_CALLS, sideCallsOf} from "./runSideCalls.js";
import {blindingSalt} from "./heldOutRecord.js";
import type {Erased, Erasing, RecordLocation, Kind, StoreView, ViewContext, Workspace} from "./kind.js";
import {COMPLETIONS, ITEMS, PROMPTS, SCORES} from "../records/runTables.js";
import {everyRow, getJson, manifestsOf, putJson, readRecord, recordsOf} from "./records.js";

/** What lies in a run's folder: the tables of a sealed run, and what a run under way writes. */
export type RunFile =
  | "manifest.json"
  | `${RunTable}.parquet`
  /** What a start after a kill must know. */
  | "start.json"
  | "journal.ndjson"
  | "scores.ndjson"
  /** What scorers were answered; it stays beside a sealed run. */
  | "scorer-answers.ndjson"
  /** What models of cascades answered to requests that have failed as a whole, or were stopped. */
  | "stage-answers.ndjson"
  /** What endpoints were answered before the first row: no words of a row. */
  | "preflight-answers.ndjson"
  /** What calls cost that are in no journal line: no words of a row. */
  | "superseded.ndjson";

export type RunTable = keyof typeof TABLES;

const TABLES = {items: ITEMS, prompts: PROMPTS, completions: COMPLETIONS, scores: SCORES};

/** What to do with a damaged `start.json`. */
export const START_WAY_OUT =
  "Restore it from a copy, or remove its folder: what the run has not sealed is asked again.";

const JOURNALS = ["journal.ndjson", "scores.ndjson"] as const;
const ANSWERS = ["scorer-answers.ndjson", "stage-answers.ndjson"] as const;

/** The key of a run's folder, or of a file in it. */
export function runKey(id: string, file?: RunFile): string {
  const folder = `runs/${checkName("run", id)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

export const runKind: Kind<RunManifest> = {
  name: "run",
  at: "runs/{id}",
  manifest: "manifest.json",
  form: {
    kind: "run",
    schemaVersion: 1,
    members: {
      id: text(),
      eval: text(),
      dataset: having({name: text(), version: anyText()}),
      split: having({id: anyText(), part: text()}),
      candidates: listOf(having({name: anyText()})),
      counts: anyObject().optional(),
      scorers: listOf(having({name: anyText()})).optional(),
      sealedAt: text().optional()
    },
    renew: "assay run",
    renamed: (run) => {
      const {split} = run as unknown as RunManifest;
      return split.part === "sealed" ? {...run, split: {...split, part: "held-out"}} : run;
    }
  },
  tables: {
    runs: "sealed runs",
    items: "the rows that runs asked about",
    prompts: "what was asked about a row, by prompt variant",
    completions: "answers, with their tokens, latency and cost",
    scores: "the scores of answers, by scorer",
    run_prices: "what each model of a run was billed with, in US dollars per million tokens",
    run_side_calls: "what scorers and preflights of a run asked, and its cost"
  },
  views: runViews,
  refersTo: async ({manifestKey}, workspace) => {
    const run = await readRecord(workspace, runKind, manifestKey);
    if (!run) return [];
    return [run.dataset.version, run.split.id, ...run.candidates.flatMap(modelIdsOf)];
  },
  erase: eraseRun
};

/** Sealed runs in the order in which they were last asked for, the newest last; those that were archived only when asked for. */
export async function readRuns(
  workspace: Pick<Workspace, "place">,
  {archived = false}: {archived?: boolean} = {}
): Promise<RunManifest[]> {
  const runs = (await manifestsOf(workspace, runKind)).sort(byAsked);
  return archived ? runs : runs.filter((run) => run.archived === undefined);
}

/** A sealed run's record; undefined when there is none, or it was not sealed. */
export function readRun(workspace: Pick<Workspace, "place">, id: string): Promise<RunManifest | undefined> {
  return readRecord(workspace, runKind, runKey(id, "manifest.json"));
}

/** Ids of all runs, sealed or not, sorted. */
export async function runIds(workspace: Pick<Workspace, "place">): Promise<string[]> {
  const ids: string[] = [];
  for await (const {id} of recordsOf(workspace, runKind)) ids.push(id);
  return ids;
}

/** Whether a run was begun and never sealed: it is under way, or it was killed. */
export async function hasUnsealedRuns(workspace: Workspace): Promise<boolean> {
  for await (const {manifestKey} of recordsOf(workspace, runKind))
    if (!(await workspace.place.has(manifestKey))) return true;
  return false;
}

/**
 * A table over these sealed runs, as a relation; undefined when there is none. One that is gone is not passed over: the query says
 * that it is missing. What was asked is not in runs of before.
 */
export async function runTable(
  {place}: Workspace,
  ids: readonly string[],
  table: RunTable
): Promise<string | undefined> {
  const files: string[] = [];
  for (const id of ids) {
    const key = runKey(id, `${table}.parquet`);
    if (table !== "prompts" || (await place.has(key))) files.push(await place.readable(key));
  }
  return files.length > 0 ? parquetFiles(files) : undefined;
}

const byAsked = (a: RunManifest, b: RunManifest) =>
  lastAsked(a).localeCompare(lastAsked(b)) || a.id.localeCompare(b.id);

const RUNS: ColumnTypes = {
  id: "VARCHAR",
  eval: "VARCHAR",
  status: "VARCHAR",
  dataset: "JSON",
  split: "JSON",
  counts: "JSON",
  costUsd: "DOUBLE",
  startedAt: "VARCHAR",
  askedAt: "VARCHAR",
  sealedAt: "VARCHAR",
  seconds: "DOUBLE",
  archived: "VARCHAR",
  candidates: "JSON",
  scorers: "JSON",
  code: "JSON"
};

/** A run on the held-out part shows what it measured without what tells a row. */
async function runViews({workspace, manifests}: ViewContext): Promise<StoreView[]> {
  const runs = (await manifests(runKind)).sort(byAsked);
  const views: StoreView[] = [
    {name: "runs", of: {rows: runs, columns: RUNS}},
    {name: "run_prices", of: {rows: runs.flatMap(pricesOf), columns: RUN_PRICES}},
    {name: "run_side_calls", of: {rows: runs.flatMap(sideCallsOf), columns: RUN_SIDE_CALLS}}
  ];
  const idsOf = (some: readonly RunManifest[]) => some.map(({id}) => id);
  const isFinal = ({split}: RunManifest) => split.part === "held-out";
  const datasets = new Set(runs.filter(isFinal).map(({dataset}) => dataset.name));
  for (const [name, columns] of Object.entries(TABLES) as [RunTable, ColumnTypes][]) {
    const open = await runTable(workspace, idsOf(runs.filter((run) => !isFinal(run))), name);
    // Runs of before lack columns that came later.
    const queries = [emptyRelation(columns), ...(open ? [`select * from ${open}`] : [])];
    for (const dataset of datasets) {
      const own = runs.filter((run) => isFinal(run) && run.dataset.name === dataset);
      const table = await runTable(workspace, idsOf(own), name);
      if (table)
        queries.push(finalRunView(name, table, {salt: await blindingSalt(workspace, dataset), runs: own}));
    }
    views.push({name, of: queries.join(" union all by name ")});
  }
  return views;
}

/**
 * Gives the groups of erased rows names that lead nowhere. Every row of such a group gets the same one: intervals go by groups, and
 * the scores still count. A name of such a group stays: a purge that was killed is repeated.
 */
async function renameClusters({db, workspace, hash, hashOf}: Erasing, key: string): Promise<void> {
  if (!(await workspace.place.has(key))) return;
  const items = parquetFile(await workspace.place.readable(key));
  const named = `cluster is not null and not regexp_full_match(cluster, '${ERASED}')`;
  const ofErased = `select cluster from ${items} where ${named} and ${hash} in (select hash from erased)`;
  if (!(await db.row(`${ofErased} limit 1`))) return;
  const name = `case when cluster in (${ofErased}) then ${erasedName(hashOf("cluster"))} else cluster end`;
  await putParquet(db, workspace.place, key, `select * replace (${name} as cluster) from ${items}`);
}

/** Scores stay, with the counts of a corpus figure: they say nothing about a person. What was asked, expected and answered goes. */
async function eraseRun({key, manifestKey}: RecordLocation, whole: Erasing): Promise<Erased> {
  const {workspace, note, dataset} = whole;
  const manifest = await readRecord(workspace, runKind, manifestKey);
  // Of a start of before it is not known: what may be the dataset's goes.
  const owner = manifest?.dataset.name ?? (await startedOn(workspace, key));
  if (owner !== undefined && owner !== dataset) return {};
  const result: Erased = {};
  if (manifest) {
    // Rows of an imported run are in no version: no split holds them out.
    const erasing = manifest.imported ? {...whole, seen: everyRow} : whole;
    const {version} = manifest.dataset;
    const nothing = (...columns: string[]) => columns.map((column) => `null as ${column}`).join(", ");
    const reason = "case when reason is not null then 'erased' end as reason";
    const items = `replace (@id as row_id, '' as row_hash, '{}' as slices, ${nothing("expected", "excerpt")})`;
    const completions = `replace (@id as row_id, '' as key, ${nothing("output", "tool_calls", "logprobs")}, ${reason})`;
    const scores = `replace (@id as row_id, '' as key, ${keptCounts([manifest])} as details, ${reason})`;
    await renameClusters(erasing, `${key}/items.parquet`);
    const before = await countRows(erasing, `${key}/items.parquet`, "starts_with(row_id, 'erased-')");
    const rows = await eraseRows(erasing, `${key}/items.parquet`, items, version);
    await eraseRows(erasing, `${key}/prompts.parquet`, `replace (@id as row_id, ${nothing("messages")})`);
    const examples = await eraseExamples(key, manifest, erasing);
    const answers = await eraseRows(erasing, `${key}/completions.parquet`, completions, version);
    await eraseRows(erasing, `${key}/scores.parquet`, scores);
    // A purge that was killed has blanked rows that the manifest has no note of.
    const lost = before + rows - (manifest.purged ?? []).reduce((sum, {rows: n}) => sum + n, 0);
    const erased = rows + answers + lost > 0 || examples !== undefined;
    // What was asked of a judge or a model of a cascade quotes rows, and its key does not tell which. It lies on the machine that made the run, and
    // the purge that took the rows may have been another's.
    if (erased || manifest.purged !== undefined)
      for (const name of ANSWERS) await workspace.place.remove(`${key}/${name}`);
    if (erased) {
      result.rows = Math.max(lost, rows);
      await putJson(workspace, manifestKey, {
        ...manifest,
        ...examples,
        purged: [...(manifest.purged ?? []), {rows: lost, ...note}]
      });
    }
  }
  // A journal numbers its calls; which rows they are is known to a start only.
  for (const name of manifest ? JOURNALS : [...JOURNALS, ...ANSWERS])
    if (await workspace.place.has(`${key}/${name}`)) {
      await workspace.place.remove(`${key}/${name}`);
      result.dropped = true;
    }
  return result;
}

const START = fileForm<{dataset?: string}>({dataset: text().optional()}, START_WAY_OUT);

/** The dataset that a run under way is on, as its start says. */
async function startedOn(workspace: Workspace, key: string): Promise<string | undefined> {
  return (await getJson(workspace, `${key}/start.json`, START))?.dataset;
}

/** A few-shot example stands in every prompt of the run: when one goes, so do the prompts. */
async function eraseExamples(
  key: string,
  {dataset, fewShot = []}: RunManifest,
  erasing: Erasing
): Promise<Pick<RunManifest, "fewShot"> | undefined> {
  const kept: string[] = [];
  for (const id of fewShot) if (!(await isGone(erasing, id, dataset.version))) kept.push(id);
  if (kept.length === fewShot.length) return undefined;
  const {db, workspace} = erasing;
  const prompts = `${key}/prompts.parquet`;
  if (await workspace.place.has(prompts)) {
    const source = parquetFiles([await workspace.place.readable(prompts)]);
    await putParquet(
      db,
      workspace.place,
      prompts,
      `select * replace (null::varchar as messages) from ${source}`
    );
  }
  return {fewShot: kept};
}

/** Puts a sealed run into the archive as of an ISO time, or takes it out; nothing else of it changes. */
export async function setArchived(
  workspace: Workspace,
  id: string,
  archived: string | undefined
): Promise<void> {
  const manifest = await readRun(workspace, id);
  if (!manifest) throw new Error(`no such run: ${id}`);
  await putJson(workspace, runKey(id, "manifest.json"), {...manifest, archived});
}

/** Removes a run with all it holds, sealed or not. Whoever calls it knows that nothing refers to it. */
export async function removeRun({place}: Workspace, id: string): Promise<void> {
  // What a removal that was killed has moved aside.
  await place.sweep("runs");
  await place.remove(runKey(id));
}

/** The path on this machine of a file that a run under way writes: logs are appended to and read as they grow. */
export function runPath(workspace: Workspace, id: string, file: RunFile): string {
  return join(workspace.dir, runKey(id, file));
}

/** Whether a run has a file. */
export function hasRunFile({place}: Workspace, id: string, file: RunFile): Promise<boolean> {
  return place.has(runKey(id, file));
}

/**
 * Puts a run's tables and its manifest into the store. All tables are made under other names first; then they take their
 * places, and the manifest comes last: without it the journal is the run.
 * @param writeTables fills a folder with one Parquet file for each table
 * @param held the run's lease: who lost it writes nothing
 */
export async function sealRun(
  workspace: Workspace,
  id: string,
  writeTables: (folder: string) => Promise<void>,
  manifestOf: () => Promise<RunManifest>,
  held: HeldLease
): Promise<RunManifest> {
  const {place} = workspace;
  const stage = await place.stage(runKey(id));
  try {
    await writeTables(stage.folder);
    const manifest = await manifestOf();
    await held.confirm();
    for (const table of Object.keys(TABLES) as RunTable[])
      await place.putFile(runKey(id, `${table}.parquet`), (path) =>
        rename(join(stage.folder, `${table}.parquet`), path)
      );
    await held.confirm();
    await putJson(workspace, runKey(id, "manifest.json"), manifest);
    return manifest;
  } finally {
    await stage.discard();
  }
}
