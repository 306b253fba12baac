import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type DatasetDefinition, defineDataset, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import type {Json, Scorer} from "../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../src/data/splits/index.js";
import {openStore, type Store, type VersionManifest} from "../../src/base/store/index.js";

export interface RecordedRow {
  id: string;
  prompt: string;
  expected: unknown;
}

/** What one model gave and got for one row. */
export type RowScore = {id: string; output: string; expected: unknown} & (
  {status: "scored"; value: number; details?: {[key: string]: Json}} | {status: "failed"; reason: string}
);

const everyRow: SplitSpec = {strategy: "given", column: "part"};

/**
 * Scores recorded outputs the way an eval does: the rows become a dataset's version, each model a candidate behind
 * a recorded endpoint, and the scores are read back from the sealed run, in a project folder that is removed
 * afterwards. `outputs` holds each model's output by row id; a row without one is left out of that model's result.
 */
export async function throughRunner(
  rows: readonly RecordedRow[],
  outputs: Readonly<Record<string, ReadonlyMap<string, string>>>,
  scorer: Scorer
): Promise<Record<string, RowScore[]>> {
  const dataset = defineDataset({
    name: "recorded-rows",
    id: "id",
    source: {
      kind: "rows",
      rows: () =>
        rows.map(({id, prompt, expected}) => ({id, prompt, expected: JSON.stringify(expected), part: "test"}))
    }
  });
  return inProject(dataset, async (store, version) => {
    const split = await ensureSplit(store, version, everyRow);
    const models = Object.keys(outputs);
    const candidates = models.map((model, i) => {
      const records = [...outputs[model]!].map(([id, output]) => ({id, output}));
      const endpoint = recorded({
        name: `recording-${i}`,
        rows: records,
        hosting: "on-prem",
        trust: "local"
      });
      return candidate(`model-${i}`, endpoint, model);
    });
    const definition = defineEval({
      dataset: "recorded-rows",
      split: everyRow,
      candidates,
      prompt: (row) => String(row.prompt),
      expected: (row) => JSON.parse(String(row.expected)) as unknown,
      scorers: {score: scorer}
    });
    await runEval(definition, {store, version, split, evalName: "conformance"});
    store.refresh();
    const found = await store.rows<ScoreRecord>(
      "select row_id, candidate, status, value, reason, details from scores where scorer = 'score'"
    );
    const byRow = new Map(found.map((score) => [`${score.candidate} ${score.row_id}`, score]));
    return Object.fromEntries(
      models.map((model, i) => [
        model,
        rows.flatMap(({id, expected}): RowScore[] => {
          const score = byRow.get(`model-${i} ${id}`);
          const output = outputs[model]!.get(id);
          if (output === undefined) return [];
          if (!score) throw new Error(`the run has no score for row ${id} of ${model}`);
          return [{id, output, expected, ...outcomeOf(score)}];
        })
      ])
    );
  });
}

/** Pulls the dataset into a project folder of its own, which is removed afterwards. */
export async function inProject<T>(
  dataset: DatasetDefinition,
  use: (store: Store, version: VersionManifest) => Promise<T>
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "assay-conformance-"));
  try {
    const first = await openStore(folder);
    const {version} = await pull(first.workspace, dataset).finally(() => first.close());
    const store = await openStore(folder);
    try {
      return await use(store, version);
    } finally {
      store.close();
    }
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

interface ScoreRecord {
  row_id: string;
  candidate: string;
  status: string;
  value: number | null;
  reason: string | null;
  details: string | null;
}

function outcomeOf({status, value, reason, details}: ScoreRecord) {
  if (status !== "scored" || value === null) return {status: "failed", reason: reason ?? ""} as const;
  const read = details === null ? undefined : (JSON.parse(details) as {[key: string]: Json});
  return {status: "scored", value, details: read} as const;
}

/** The rows that have a score. */
export function scoredRows(scores: readonly RowScore[]): Extract<RowScore, {status: "scored"}>[] {
  return scores.filter((score) => score.status === "scored");
}

/** Rows with a full score; a failed row is none. */
export function correctRows(scores: readonly RowScore[]): number {
  return scores.filter((score) => score.status === "scored" && score.value === 1).length;
}
