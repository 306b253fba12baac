import type {RunManifest, Store} from "../../base/store/index.js";
import type {ArrowColumn} from "./arrowFile.js";
import {judgedColumn, lengthColumn, orderColumn, SAME_WORDS} from "./rowFiles.js";

/**
 * What a page needs to check a run's judges, by row of `rowIds` and answer by answer, since each repeat is an answer of its own: the
 * answer's characters, the score of every judge and of people, and for judges that chose between two answers the choice with the
 * candidate's answer shown first and with it shown second: "output baseline" is a judge that takes whatever stands first, and
 * `SAME_WORDS` stands for two answers that it was not asked about.
 */
export async function judgeColumns(
  store: Store,
  run: RunManifest,
  {candidates, rowIds}: {candidates: readonly string[]; rowIds: readonly string[]}
): Promise<Record<string, ArrowColumn>> {
  const position = new Map(rowIds.map((id, row) => [id, row]));
  const lengths = new Map<string, (number | null)[]>();
  const scores = new Map<string, (number | null)[]>();
  const orders = new Map<string, (string | null)[]>();
  const put = <T>(columns: Map<string, (T | null)[]>, name: string, row: string, value: T) => {
    const column = columns.get(name) ?? new Array<T | null>(rowIds.length).fill(null);
    const at = position.get(row);
    if (at !== undefined) column[at] = value;
    columns.set(name, column);
  };
  const named = (row: JudgedRow) =>
    run.variants.length > 1 ? `${row.candidate} · ${row.variant}` : row.candidate;
  const scorers = run.scorers.filter(({judge, human}) => judge || human);
  for (let repeat = 0; repeat < run.repeats; repeat++)
    for (const name of candidates) {
      lengths.set(lengthColumn(repeat, name), new Array<null>(rowIds.length).fill(null));
      for (const {name: scorer} of scorers)
        scores.set(judgedColumn(repeat, scorer, name), new Array<null>(rowIds.length).fill(null));
    }
  const answers = `select row_id, candidate, variant, repeat, length(output)::int as length from completions
    where run = $run and status = 'completed' and output is not null`;
  for await (const batch of store.batches<JudgedRow & {length: number}>(answers, {run: run.id}))
    for (const row of batch) put(lengths, lengthColumn(row.repeat, named(row)), row.row_id, row.length);
  const given = `select row_id, candidate, variant, repeat, value, details::json -> 'choices' as choices,
      details::json ->> 'identical' = 'true' as identical
    from scores where run = $run and scorer = $scorer and status = 'scored'`;
  for (const {name: scorer, judge} of scorers)
    for await (const batch of store.batches<JudgeOrder>(given, {run: run.id, scorer}))
      for (const row of batch) {
        put(scores, judgedColumn(row.repeat, scorer, named(row)), row.row_id, row.value);
        const order = judge && orderOf(row);
        if (order !== undefined) put(orders, orderColumn(row.repeat, scorer, named(row)), row.row_id, order);
      }
  return Object.fromEntries<ArrowColumn>([
    ...[...lengths].map(([name, values]) => [name, {kind: "whole", values}] as const),
    ...[...scores].map(([name, values]) => [name, {kind: "numbers", values}] as const),
    ...[...orders].map(([name, values]) => [name, {kind: "texts", values}] as const)
  ]);
}

interface JudgedRow {
  row_id: string;
  candidate: string;
  variant: string;
  repeat: number;
}

interface JudgeOrder extends JudgedRow {
  value: number;
  choices: string | null;
  identical: boolean | null;
}

function orderOf({choices, identical}: JudgeOrder): string | undefined {
  if (identical) return SAME_WORDS;
  return choices === null ? undefined : (JSON.parse(choices) as string[]).join(" ");
}
