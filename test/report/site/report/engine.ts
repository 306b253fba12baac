import type {Verdict} from "../../../../src/evals/decisions/index.js";
import {decide, type ScoreTable, scoreTable} from "../../../../src/evals/decisions/index.js";
import type {RunView} from "../../../../src/report/site/types.js";
import {report} from "../../../support/report.js";

/** The run of the mails that are divided by thread. */
export const byThread = (): RunView => report.run("mail-triage", "by thread");

/** What the engine says of that run's rows, or of those of one length. */
export async function engineVerdict(scorer: string, slice?: string): Promise<Verdict> {
  return decide(await engineTable(scorer, slice), {margin: byThread().margin!, seed: byThread().seed});
}

/** The scores of those rows. */
export async function engineTable(scorer: string, slice?: string): Promise<ScoreTable> {
  const table = await scoreTable(report.store, byThread().id, scorer);
  const kept = await report.store.rows<{row_id: string}>(
    `select row_id from items where run = $run ${slice ? `and (slices::json ->> 'length') = '${slice}'` : ""}`,
    {run: byThread().id}
  );
  const wanted = new Set(kept.map(({row_id}) => row_id));
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, row) => wanted.has(table.rowIds[row]!));
  return {
    ...table,
    rowIds: keep(table.rowIds),
    clusters: table.clusters && keep(table.clusters),
    values: table.values.map((values) => keep(values))
  };
}

/** "81.2 to 87.3%" of the bounds of a share. */
export const range = (low: number | undefined, high: number | undefined): string =>
  `${(100 * low!).toFixed(1)} to ${(100 * high!).toFixed(1)}%`;
