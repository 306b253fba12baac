import {join} from "node:path";
import {
  type ColumnTypes,
  COMPLETIONS,
  emptyRelation,
  hasRunFile,
  runIds,
  type RunManifest,
  runPath,
  runTable,
  SCORES,
  sqlString,
  type Workspace
} from "../../../base/store/index.js";
import type {HalfOpenRange} from "../tables/chunks.js";
import {logAsParquet} from "../tables/logs.js";
import type {RunPlan} from "../plan/plan.js";
import type {RowStorage} from "../plan/rows.js";

/** What a completion is beside its place in the plan: the columns that a journal line and a sealed row share. */
export const OUTCOME: ColumnTypes = Object.fromEntries(
  Object.entries(COMPLETIONS).filter(
    ([name]) => !["run", "row_id", "candidate", "variant", "repeat", "reused"].includes(name)
  )
);
const outcomeNames = Object.keys(OUTCOME);
export const JOURNAL: ColumnTypes = {seq: "BIGINT", n: "BIGINT", ...OUTCOME};

const scoreNames = ["scorer", "scorer_version", "key", "status", "value", "reason", "details"] as const;
export const SCORE_LOG: ColumnTypes = {
  seq: "BIGINT",
  n: "BIGINT",
  ...Object.fromEntries(scoreNames.map((name) => [name, SCORES[name]!]))
};

/** Paths of the logs that a run under way writes. */
export const journalFile = (workspace: Workspace, run: string) => runPath(workspace, run, "journal.ndjson");
export const scoresFile = (workspace: Workspace, run: string) => runPath(workspace, run, "scores.ndjson");

/** The last word of a log on each `by`, of the lines that meet `where`. */
export function latest(relation: string, by: string, where = "true"): string {
  return `(select l.* from ${relation} l semi join (select ${by}, max(seq) as seq from ${relation} where ${where} group by ${by}) m using (${by}, seq) where ${where})`;
}

/** SQL for what the number `n` of a request says. */
export function requestColumns(
  plan: RunPlan,
  n = "n"
): {position: string; candidate: string; variant: string; repeat: string} {
  const {candidates, variants, repeats} = plan;
  const names = (list: string[]) => `[${list.map(sqlString).join(", ")}]`;
  return {
    position: `(${n} // ${candidates.length * variants.length * repeats})`,
    candidate: `${names(candidates)}[(${n} // ${variants.length * repeats}) % ${candidates.length} + 1]`,
    variant: `${names(variants.map(({name}) => name))}[(${n} // ${repeats}) % ${variants.length} + 1]`,
    repeat: `(${n} % ${repeats})::integer`
  };
}

/** The positions of the rows that requests in a range are about. */
export function positionsOf(
  {candidates, variants, repeats}: RunPlan,
  {from, to}: HalfOpenRange
): HalfOpenRange {
  const each = candidates.length * variants.length * repeats;
  return {from: Math.floor(from / each), to: Math.ceil(to / each)};
}

/** SQL for the number of a request from the columns position, candidate, variant and repeat. */
export function requestNumber(plan: RunPlan): string {
  const at = (list: string[], column: string) =>
    `(list_position([${list.map(sqlString).join(", ")}], ${column}) - 1)`;
  const variants = plan.variants.map(({name}) => name);
  return `(((position * ${plan.candidates.length} + ${at(plan.candidates, "candidate")}) * ${variants.length} + ${at(variants, "variant")}) * ${plan.repeats} + repeat)`;
}

export const outcomeColumns = (of: string) => outcomeNames.map((name) => `${of}.${name}`).join(", ");

/**
 * Completed completions of all other runs, sealed or still in a journal, with the run they come from, and the failed ones
 * of the runs `failuresOf`; undefined when there is no other run. Journals are copied to `folder` first.
 */
export async function otherCompletions(
  {db, workspace}: RowStorage,
  runs: readonly RunManifest[],
  runId: string,
  {folder, failuresOf = []}: {folder: string; failuresOf?: readonly string[]}
): Promise<string | undefined> {
  const ids = runs.map(({id}) => id);
  const others = ids.filter((id) => id !== runId);
  const completions = await runTable(workspace, others, "completions");
  const selects = completions
    ? [`select ${outcomeNames.join(", ")}, run from ${withAllColumns(completions)}`]
    : [];
  for (const id of await runIds(workspace)) {
    if (id === runId || !(await hasRunFile(workspace, id, "journal.ndjson"))) continue;
    const journal = journalFile(workspace, id);
    const relation = await logAsParquet(db, journal, JOURNAL, join(folder, `journal-of-${id}.parquet`));
    selects.push(`select ${outcomeNames.join(", ")}, ${sqlString(id)} as run from ${relation}`);
  }
  // What this run took from others, should they be gone: its own journal has it not.
  const own = ids.includes(runId) && (await runTable(workspace, [runId], "completions"));
  if (own) selects.push(`select ${outcomeNames.join(", ")}, run from ${withAllColumns(own)} where reused`);
  if (selects.length === 0) return undefined;
  const failures = `status = 'failed' and run in (${failuresOf.map(sqlString).join(", ") || "null"})`;
  return `(select * from (${selects.join(" union all by name ")}) where status = 'completed' or (${failures}))`;
}

/** Completions with the columns that runs of before lack, null there. */
export function withAllColumns(completions: string): string {
  return `(${emptyRelation(COMPLETIONS)} union all by name select * from ${completions})`;
}

/** What other sealed runs say, as relations that join on `run` and `row_id`. */
export interface OtherScores {
  /** Their scores but for failed ones. */
  scores: string;
  /** Their items: each row's hash and what was expected when it was scored. */
  items: string;
}

/** Undefined when no other run is sealed. */
export async function otherScores(
  workspace: Workspace,
  runs: readonly RunManifest[],
  runId: string
): Promise<OtherScores | undefined> {
  const others = runs.map(({id}) => id).filter((id) => id !== runId);
  const scores = await runTable(workspace, others, "scores");
  const items = await runTable(workspace, others, "items");
  if (!scores || !items) return undefined;
  return {scores: `(select * from ${scores} where status = 'scored')`, items};
}
