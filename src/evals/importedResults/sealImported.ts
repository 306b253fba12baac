import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {hashJson, sha256} from "../../base/system/index.js";
import {
  askAgain,
  COMPLETIONS,
  ITEMS,
  openDatabase,
  PROMPTS,
  readRun,
  readTombstones,
  type RunManifest,
  SCORES,
  sealRun,
  type Workspace,
  writeParquetRows
} from "../../base/store/index.js";
import type {CombinedResults} from "./combine.js";
import {manifestOf} from "./manifest.js";
import {type ImportedFile, type CombinedAnswer, importedVersion, type SealImportedOptions} from "./types.js";

/**
 * Seals results of other tools as a run. The same results under the same settings give the run that is there already.
 * Rows that were erased before stay out. The manifest's `imported` says by whom, from which tools and files, and what a
 * reader should know of them; every scorer's version is its tool's.
 */
export async function sealImported(
  workspace: Workspace,
  files: readonly ImportedFile[],
  combined: CombinedResults,
  options: SealImportedOptions
): Promise<{manifest: RunManifest; unchanged: boolean}> {
  const planHash = hashJson([
    5,
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
  return workspace.lease(`run-${id}`, {what: `the run ${id}`, waitMs: 60_000}, async (held) => {
    const known = await readRun(workspace, id);
    const now = (options.now ?? Date.now)();
    if (known) return {manifest: await askAgain(workspace, known, held, now), unchanged: true};
    const kept = await withoutErased(workspace, options.eval, combined);
    const manifest = manifestOf({id, planHash, files, combined: kept, options, now});
    await sealRun(
      workspace,
      id,
      (folder) => writeTables(workspace, folder, {id, combined: kept, excerpt: options.excerpt}),
      async () => manifest,
      held
    );
    return {manifest, unchanged: false};
  });
}

/** Without the rows that a purge has erased: the files still have them. Throws UserError when none is left. */
async function withoutErased(
  workspace: Workspace,
  dataset: string,
  combined: CombinedResults
): Promise<CombinedResults> {
  const {salt, rows: tombstones} = await readTombstones(workspace, dataset);
  const gone = new Set(tombstones.map(({hash}) => hash));
  const isKept = (id: string) => gone.size === 0 || !gone.has(sha256(salt + id));
  const rows = combined.rows.filter(({id}) => isKept(id));
  if (rows.length === 0) throw new UserError(`every row of ${dataset} in these files was erased before.`);
  const answers = combined.answers.filter(({row}) => isKept(row));
  const erased = combined.rows.length - rows.length;
  const note = `${erased} ${erased === 1 ? "row of the files was" : "rows of the files were"} erased before and left out.`;
  return {...combined, rows, answers, notes: erased > 0 ? [...combined.notes, note] : combined.notes};
}

interface Tables extends Pick<SealImportedOptions, "excerpt"> {
  id: string;
  combined: CombinedResults;
}

async function writeTables(workspace: Workspace, folder: string, tables: Tables): Promise<void> {
  const {id, combined} = tables;
  const db = await openDatabase({tmpDir: workspace.tmpDir, threads: 1});
  try {
    const file = (name: string) => join(folder, `${name}.parquet`);
    await writeParquetRows(db, file("items"), ITEMS, itemsOf(tables));
    await writeParquetRows(db, file("prompts"), PROMPTS, promptRecords(id, combined.rows));
    await writeParquetRows(db, file("completions"), COMPLETIONS, completionsOf(id, combined.answers));
    await writeParquetRows(db, file("scores"), SCORES, scoreRecords(id, combined));
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
          slices.flatMap((name) => (Object.hasOwn(row.slices, name) ? [[name, row.slices[name]]] : []))
        )
      ),
      excerpt: row.input === undefined ? undefined : excerpt?.(row.input, position)
    };
}

/** The files keep what was asked as text: it is one message of the user's. */
function* promptRecords(run: string, rows: CombinedResults["rows"]): Generator<object> {
  for (const {id, input} of rows)
    yield {
      run,
      row_id: id,
      variant: "default",
      messages: input === undefined ? undefined : JSON.stringify([{role: "user", content: input}])
    };
}

const combinedAnswerKey = ({candidate, row, repeat}: CombinedAnswer) =>
  `${row}\u0000${candidate}\u0000${repeat}`;

function* completionsOf(run: string, answers: readonly CombinedAnswer[]): Generator<object> {
  for (const answer of answers)
    yield {
      run,
      row_id: answer.row,
      candidate: answer.candidate,
      variant: "default",
      repeat: answer.repeat,
      key: combinedAnswerKey(answer),
      status: answer.failed === undefined ? "completed" : "failed",
      reason: answer.failed,
      reason_kind: answer.failed === undefined ? undefined : "imported",
      output: answer.output,
      prompt_tokens: roundedOrNone(answer.promptTokens),
      completion_tokens: roundedOrNone(answer.completionTokens),
      cached_tokens: roundedOrNone(answer.cachedTokens),
      latency_ms: answer.latencyMs,
      cost_usd: answer.costUsd,
      reused: false,
      served_model: answer.model,
      finished_at: answer.finishedAt
    };
}

const roundedOrNone = (value: number | undefined) => (value === undefined ? undefined : Math.round(value));

function* scoreRecords(run: string, {answers, scorers}: CombinedResults): Generator<object> {
  const versions = new Map(scorers.map((scorer) => [scorer.name, importedVersion(scorer)]));
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
        key: combinedAnswerKey(answer),
        status: value === undefined ? "failed" : "scored",
        value,
        reason: value === undefined ? (reason ?? "no score") : undefined,
        details: details && JSON.stringify(details)
      };
}
