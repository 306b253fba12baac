import {existsSync} from "node:fs";
import {join} from "node:path";
import {
  type Columns,
  COMPLETIONS,
  emptyRelation,
  listFolders,
  type RunManifest,
  SCORES,
  sqlString,
  type Workspace
} from "../../store/index.js";
import type {Range} from "../tables/chunks.js";
import {logAsParquet} from "../tables/logs.js";
import type {Plan} from "../plan/plan.js";
import type {Place} from "../plan/rows.js";

/** What a completion is beside its place in the plan: the columns that a journal line and a sealed row share. */
export const OUTCOME: Columns = Object.fromEntries(
  Object.entries(COMPLETIONS).filter(
    ([name]) => !["run", "row_id", "candidate", "variant", "repeat", "reused"].includes(name)
  )
);
const outcomeNames = Object.keys(OUTCOME);
export const JOURNAL: Columns = {seq: "BIGINT", n: "BIGINT", ...OUTCOME};

const scoreNames = ["scorer", "scorer_version", "key", "status", "value", "reason", "details"] as const;
export const SCORE_LOG: Columns = {
  seq: "BIGINT",
  n: "BIGINT",
  ...Object.fromEntries(scoreNames.map((name) => [name, SCORES[name]!]))
};

export const journalFile = (folder: string) => join(folder, "journal.ndjson");
export const scoresFile = (folder: string) => join(folder, "scores.ndjson");

/** The last word of a log on each `by`, of the lines that meet `where`. */
export function latest(relation: string, by: string, where = "true"): string {
  return `(select l.* from ${relation} l semi join (select ${by}, max(seq) as seq from ${relation} where ${where} group by ${by}) m using (${by}, seq) where ${where})`;
}

/** SQL for what the number `n` of a request says. */
export function placeOf(
  plan: Plan,
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
export function positionsOf({candidates, variants, repeats}: Plan, {from, to}: Range): Range {
  const each = candidates.length * variants.length * repeats;
  return {from: Math.floor(from / each), to: Math.ceil(to / each)};
}

/** SQL for the number of a request from the columns position, candidate, variant and repeat. */
export function numberOf(plan: Plan): string {
  const at = (list: string[], column: string) =>
    `(list_position([${list.map(sqlString).join(", ")}], ${column}) - 1)`;
  const variants = plan.variants.map(({name}) => name);
  return `(((position * ${plan.candidates.length} + ${at(plan.candidates, "candidate")}) * ${variants.length} + ${at(variants, "variant")}) * ${plan.repeats} + repeat)`;
}

export const outcomeColumns = (of: string) => outcomeNames.map((name) => `${of}.${name}`).join(", ");

/**
 * Completed completions of all other runs, sealed or still in a journal, with the run they come from. Journals are
 * copied to `folder` first.
 */
export async function otherCompletions(
  {db, workspace}: Place,
  runs: readonly RunManifest[],
  runId: string,
  folder: string
): Promise<string> {
  const sources = runs
    .filter(({id}) => id !== runId)
    .map(({id}) => join(workspace.runDir(id), "completions.parquet"))
    .filter((file) => existsSync(file));
  const selects = sources.length
    ? [
        `select ${outcomeNames.join(", ")}, run from read_parquet([${sources.map(sqlString).join(", ")}], union_by_name = true)`
      ]
    : [];
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const journal = journalFile(workspace.runDir(id));
    if (id === runId || !existsSync(journal)) continue;
    const relation = await logAsParquet(db, journal, JOURNAL, join(folder, `journal-of-${id}.parquet`));
    selects.push(`select ${outcomeNames.join(", ")}, ${sqlString(id)} as run from ${relation}`);
  }
  if (selects.length === 0) return `(${emptyRelation({...OUTCOME, run: "VARCHAR"})})`;
  return `(select * from (${selects.join(" union all by name ")}) where status = 'completed')`;
}

/** What other sealed runs say, as relations that join on `run` and `row_id`. */
export interface OtherScores {
  /** Their scores but for failed ones. */
  scores: string;
  /** Their items: each row's hash and what was expected when it was scored. */
  items: string;
}

/** Undefined when no other run is sealed. */
export function otherScores(
  workspace: Workspace,
  runs: readonly RunManifest[],
  runId: string
): OtherScores | undefined {
  const folders = runs
    .filter(({id}) => id !== runId)
    .map(({id}) => workspace.runDir(id))
    .filter(
      (folder) => existsSync(join(folder, "scores.parquet")) && existsSync(join(folder, "items.parquet"))
    );
  if (folders.length === 0) return undefined;
  const read = (name: string) =>
    `read_parquet([${folders.map((folder) => sqlString(join(folder, name))).join(", ")}], union_by_name = true)`;
  return {
    scores: `(select * from ${read("scores.parquet")} where status = 'scored')`,
    items: read("items.parquet")
  };
}
