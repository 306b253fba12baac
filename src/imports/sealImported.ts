import {join} from "node:path";
import {
  askAgain,
  COMPLETIONS,
  hashJson,
  ITEMS,
  openDatabase,
  PROMPTS,
  readRun,
  readTombstones,
  type RunManifest,
  SCORES,
  sealRun,
  sha256,
  UserError,
  whoOpens,
  type Workspace,
  writeParquetRows
} from "../store/index.js";
import type {Combined, CombinedAnswer} from "./combine.js";
import type {ImportedFile} from "./types.js";

export interface SealImportedOptions {
  /** What the run is a run of. */
  eval: string;
  title?: string;
  margin?: number;
  publish?: RunManifest["publish"];
  gate?: RunManifest["gate"];
  evalFile?: RunManifest["evalFile"];
  code: RunManifest["code"];
  /** What to type to make the run again. */
  command: string;
  /** What pages show of what was asked, given the row's position; nothing when absent. */
  excerpt?: (text: string, position: number) => string | undefined;
  now?: () => number;
}

/**
 * Seals results of other tools as a run. The same results under the same settings give the run that is there already.
 * Rows that were erased before stay out; `erased` counts them. The manifest's `imported` says by whom, from which tools and files; every scorer's version is its tool's.
 */
export async function sealImported(
  workspace: Workspace,
  files: readonly ImportedFile[],
  combined: Combined,
  options: SealImportedOptions
): Promise<{manifest: RunManifest; unchanged: boolean; erased: number}> {
  const planHash = hashJson([
    3,
    options.eval,
    options.margin ?? null,
    options.gate ?? null,
    options.publish ?? null,
    combined.primary,
    combined.scorers.map(({name}) => name),
    combined.slices,
    combined.candidates.map(({name}) => name),
    combined.rows.map(({cluster}) => cluster ?? null),
    files.map(({sha256, answers}) => [sha256, answers[0]?.candidate ?? null])
  ]);
  const id = `${options.eval.slice(0, 100)}-${planHash.slice(0, 12)}`;
  return workspace.lease(`run-${id}`, {what: `the run ${id}`}, async (held) => {
    const known = await readRun(workspace, id);
    const now = (options.now ?? Date.now)();
    if (known) return {manifest: await askAgain(workspace, known, held, now), unchanged: true, erased: 0};
    const kept = await withoutErased(workspace, options.eval, combined);
    const manifest = manifestOf({id, planHash, files, combined: kept, options, now});
    await sealRun(
      workspace,
      id,
      (folder) => writeTables(workspace, folder, {id, combined: kept, excerpt: options.excerpt}),
      async () => manifest,
      held
    );
    return {manifest, unchanged: false, erased: combined.rows.length - kept.rows.length};
  });
}

/** Without the rows that a purge has erased: the files still have them. Throws UserError when none is left. */
async function withoutErased(workspace: Workspace, dataset: string, combined: Combined): Promise<Combined> {
  const {salt, rows: tombstones} = await readTombstones(workspace, dataset);
  const gone = new Set(tombstones.map(({hash}) => hash));
  const isKept = (id: string) => gone.size === 0 || !gone.has(sha256(salt + id));
  const rows = combined.rows.filter(({id}) => isKept(id));
  if (rows.length === 0) throw new UserError(`every row of ${dataset} in these files was erased before.`);
  const answers = combined.answers.filter(({row}) => isKept(row));
  return {...combined, rows, answers};
}

interface Tables extends Pick<SealImportedOptions, "excerpt"> {
  id: string;
  combined: Combined;
}

async function writeTables(workspace: Workspace, folder: string, tables: Tables): Promise<void> {
  const {id, combined} = tables;
  const db = await openDatabase({tmpDir: workspace.tmpDir, threads: 1});
  try {
    const file = (name: string) => join(folder, `${name}.parquet`);
    await writeParquetRows(db, file("items"), ITEMS, itemsOf(tables));
    await writeParquetRows(db, file("prompts"), PROMPTS, promptsOf(id, combined.rows));
    await writeParquetRows(db, file("completions"), COMPLETIONS, completionsOf(id, combined.answers));
    await writeParquetRows(db, file("scores"), SCORES, scoresOf(id, combined));
  } finally {
    db.close();
  }
}

function* itemsOf({id: run, combined: {rows, slices}, excerpt}: Tables): Generator<object> {
  for (const [position, row] of rows.entries())
    yield {
      run,
      position,
      row_id: row.id,
      row_hash: row.hash,
      cluster: row.cluster,
      expected: row.expected === undefined ? undefined : JSON.stringify(row.expected),
      slices: JSON.stringify(
        Object.fromEntries(
          slices.flatMap((name) => (row.slices[name] === undefined ? [] : [[name, row.slices[name]]]))
        )
      ),
      excerpt: row.input === undefined ? undefined : excerpt?.(row.input, position)
    };
}

/** The files keep what was asked as text: it is one message of the user's. */
function* promptsOf(run: string, rows: Combined["rows"]): Generator<object> {
  for (const {id, input} of rows)
    yield {
      run,
      row_id: id,
      variant: "default",
      messages: input === undefined ? undefined : JSON.stringify([{role: "user", content: input}])
    };
}

const keyOf = ({candidate, row, repeat}: CombinedAnswer) => `${row}\u0000${candidate}\u0000${repeat}`;

function* completionsOf(run: string, answers: readonly CombinedAnswer[]): Generator<object> {
  for (const answer of answers)
    yield {
      run,
      row_id: answer.row,
      candidate: answer.candidate,
      variant: "default",
      repeat: answer.repeat,
      key: keyOf(answer),
      status: answer.failed === undefined ? "completed" : "failed",
      reason: answer.failed,
      reason_kind: answer.failed === undefined ? undefined : "imported",
      output: answer.output,
      prompt_tokens: whole(answer.promptTokens),
      completion_tokens: whole(answer.completionTokens),
      cached_tokens: whole(answer.cachedTokens),
      latency_ms: answer.latencyMs,
      cost_usd: answer.costUsd,
      reused: false,
      served_model: answer.model,
      finished_at: answer.finishedAt
    };
}

const whole = (value: number | undefined) => (value === undefined ? undefined : Math.round(value));

function* scoresOf(run: string, {answers, scorers}: Combined): Generator<object> {
  const versions = new Map(scorers.map((scorer) => [scorer.name, versionOf(scorer)]));
  for (const answer of answers)
    for (const {scorer, value, reason, details} of answer.scores)
      yield {
        run,
        row_id: answer.row,
        candidate: answer.candidate,
        variant: "default",
        repeat: answer.repeat,
        scorer,
        scorer_version: versions.get(scorer),
        key: keyOf(answer),
        status: value === undefined ? "failed" : "scored",
        value,
        reason: value === undefined ? (reason ?? "no score") : undefined,
        details: details && JSON.stringify(details)
      };
}

const versionOf = ({tool, version}: {tool: string; version?: string}) =>
  version === undefined ? `imported from ${tool}` : `imported from ${tool} ${version}`;

interface ManifestInputs {
  id: string;
  planHash: string;
  files: readonly ImportedFile[];
  combined: Combined;
  options: SealImportedOptions;
  now: number;
}

function manifestOf({id, planHash, files, combined, options, now}: ManifestInputs): RunManifest {
  const {rows, candidates, answers, repeats, primary} = combined;
  const failed = answers.filter((answer) => answer.failed !== undefined).length;
  const scored = answers.filter(({scores}) =>
    scores.some(({scorer, value}) => scorer === primary && value !== undefined)
  ).length;
  const planned = rows.length * candidates.length * repeats;
  const time = new Date(now).toISOString();
  const costs = answers.flatMap(({costUsd}) => costUsd ?? []);
  const rowsHash = hashJson(rows.map(({id, hash}) => [id, hash]));
  return {
    kind: "run",
    schemaVersion: 1,
    id,
    eval: options.eval,
    title: options.title,
    margin: options.margin,
    publish: options.publish ?? "ids",
    status: answers.length < planned ? "partial" : "complete",
    stopped: answers.length < planned ? missingText(combined) : undefined,
    planHash,
    dataset: {name: options.eval, version: rowsHash.slice(0, 16), rows: rows.length},
    split: {id: "imported", name: "imported", strategy: "imported", part: "test", seed: ""},
    candidates: candidates.map(({name, model, tool, baseUrl}, i) => ({
      name,
      model,
      endpoint: tool,
      endpointKind: "imported",
      hosting: "unknown",
      identity: identityOf(baseUrl),
      params: {},
      baseline: i === 0 ? true : undefined
    })),
    variants: [{name: "default", sha256: ""}],
    scorers: combined.scorers.map((scorer) => ({
      name: scorer.name,
      version: versionOf(scorer),
      binary: scorer.binary,
      human: scorer.human || undefined
    })),
    primaryScorer: primary,
    slices: combined.slices,
    repeats,
    seed: planHash.slice(0, 16),
    evalFile: options.evalFile,
    counts: {
      planned,
      completed: answers.length - failed,
      failed,
      reused: 0,
      scored,
      unscored: answers.length - failed - scored
    },
    costUsd: costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : undefined,
    unpricedCalls: 0,
    startedAt: time,
    sealedAt: time,
    seconds: 0,
    code: options.code,
    command: options.command,
    gate: options.gate,
    imported: {
      by: whoOpens(),
      files: files.map(({path, sha256, bytes, tool, version, answers}) => ({
        path,
        sha256,
        bytes,
        tool,
        version,
        answers: answers.length
      }))
    }
  };
}

const identityOf = (baseUrl: string | undefined): Record<string, string> =>
  baseUrl === undefined ? {} : {baseUrl};

/** Which candidates have fewer rows than there are. */
function missingText({rows, candidates, answers, repeats}: Combined): string {
  const counts = new Map<string, number>();
  for (const {candidate} of answers) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  const short = candidates.filter(({name}) => (counts.get(name) ?? 0) < rows.length * repeats);
  const named = short
    .slice(0, 3)
    .map(({name}) => `${name} has ${counts.get(name) ?? 0} of ${rows.length * repeats} answers`);
  return `the files lack answers: ${named.join(", ")}${short.length > 3 ? `, and ${short.length - 3} more candidates lack some` : ""}`;
}
