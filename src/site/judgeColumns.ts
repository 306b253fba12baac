import type {RunManifest, Store} from "../store/index.js";
import type {ArrowColumn} from "./arrowColumn.js";

/**
 * What a page needs to check a run's judges, by row of `rowIds`, from the first repeat: `length:CANDIDATE`, the answer's
 * characters, and for judges that chose between two answers `order:SCORER:CANDIDATE`, the choice with the candidate's answer shown first and
 * with it shown second: "output baseline" is a judge that takes whatever stands first.
 */
export async function judgeColumns(
  store: Store,
  run: RunManifest,
  {candidates, rowIds}: {candidates: readonly string[]; rowIds: readonly string[]}
): Promise<Record<string, ArrowColumn>> {
  const position = new Map(rowIds.map((id, row) => [id, row]));
  const lengths = new Map<string, (number | null)[]>();
  const orders = new Map<string, (string | null)[]>();
  const put = <T>(columns: Map<string, (T | null)[]>, name: string, row: string, value: T) => {
    const column = columns.get(name) ?? new Array<T | null>(rowIds.length).fill(null);
    const at = position.get(row);
    if (at !== undefined) column[at] = value;
    columns.set(name, column);
  };
  const named = (row: {candidate: string; variant: string}) =>
    run.variants.length > 1 ? `${row.candidate} · ${row.variant}` : row.candidate;
  for (const name of candidates) lengths.set(`length:${name}`, new Array<null>(rowIds.length).fill(null));
  const answers = `select row_id, candidate, variant, length(output)::int as length from completions
    where run = $run and repeat = 0 and status = 'completed' and output is not null`;
  for await (const batch of store.batches<Answer>(answers, {run: run.id}))
    for (const row of batch) put(lengths, `length:${named(row)}`, row.row_id, row.length);
  const choices = `select row_id, candidate, variant, scorer, details::json -> 'choices' as choices from scores
    where run = $run and scorer = $scorer and repeat = 0 and status = 'scored' and (details::json -> 'choices') is not null`;
  for (const {name: scorer, judge} of run.scorers) {
    if (!judge) continue;
    for await (const batch of store.batches<Choice>(choices, {run: run.id, scorer}))
      for (const row of batch)
        put(
          orders,
          `order:${scorer}:${named(row)}`,
          row.row_id,
          (JSON.parse(row.choices) as string[]).join(" ")
        );
  }
  return Object.fromEntries<ArrowColumn>([
    ...[...lengths].map(([name, values]) => [name, {kind: "whole", values}] as const),
    ...[...orders].map(([name, values]) => [name, {kind: "texts", values}] as const)
  ]);
}

interface Answer {
  row_id: string;
  candidate: string;
  variant: string;
  length: number;
}

interface Choice extends Omit<Answer, "length"> {
  choices: string;
}
