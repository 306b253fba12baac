import {join} from "node:path";
import {sqlString} from "./duckdb.js";
import {readSplits} from "./manifests.js";
import type {SplitManifest, VersionManifest} from "./schema.js";
import type {Workspace} from "./workspace.js";

/** What tells of a sealed row's content, by the table of a run it stands in. */
const TELLING: Record<string, readonly string[]> = {
  items: ["expected", "excerpt"],
  completions: ["output", "tool_calls", "logprobs"],
  scores: ["details"]
};

/**
 * A version's rows as everything but a final run sees them: without those that any split of the data set has sealed,
 * whichever version that split is of, since the same row in another version would tell as much.
 */
export function openRows(
  workspace: Workspace,
  version: VersionManifest,
  splits: readonly SplitManifest[]
): string {
  const rows = join(workspace.datasetDir(version.dataset, version.id), "rows.parquet");
  return withoutSealed(`read_parquet(${sqlString(rows)})`, workspace, version.dataset, splits);
}

/**
 * A query over the parts of a split as training and runs see them: without the rows that another split of the data set
 * has sealed. Its own sealed rows stay, for a final run to ask for.
 */
export async function openParts(
  workspace: Workspace,
  split: Pick<SplitManifest, "dataset" | "id">
): Promise<string> {
  const others = (await readSplits(workspace, split.dataset)).filter(({id}) => id !== split.id);
  const parts = `read_parquet(${sqlString(join(workspace.splitDir(split.dataset, split.id), "parts.parquet"))})`;
  const open = withoutSealed(
    `(select * from ${parts} where part <> 'sealed')`,
    workspace,
    split.dataset,
    others
  );
  return `select * from ${parts} where part = 'sealed' union all ${open}`;
}

/** A query over a relation with a `row_id`, without the rows that any split of the data set has sealed. */
export function withoutSealed(
  relation: string,
  workspace: Workspace,
  dataset: string,
  splits: readonly SplitManifest[]
): string {
  const sealing = splits
    .filter((split) => split.dataset === dataset && (split.counts.sealed ?? 0) > 0)
    .map((split) => sqlString(join(workspace.splitDir(split.dataset, split.id), "parts.parquet")));
  return sealing.length === 0
    ? `select * from ${relation}`
    : `select * from ${relation} anti join (select row_id from read_parquet([${sealing.join(", ")}]) where part = 'sealed') using (row_id)`;
}

/** Columns of a run's table that are shown empty when the run scored the sealed part: scores stay, content goes. */
export function tellingColumns(table: string): readonly string[] {
  return TELLING[table] ?? [];
}
