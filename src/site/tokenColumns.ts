import type {ScoreTable} from "../decisions/index.js";
import type {Scores} from "../stats/index.js";
import type {RunManifest, Store} from "../store/index.js";

export interface TokenColumns {
  /** Prompt, cached and completion tokens of a request and its US dollars by row, means over repeats. */
  numbers: [Scores, Scores, Scores, Scores];
  rows: number;
  counted: number;
  /** Rows of which every answer came with its cost. */
  told: number;
  /** Rows whose tokens the server did not tell, and how those were counted. */
  estimated: number;
  estimatedBy?: string;
}

/** How the tokens were counted where not all of the servers told them; undefined when all did. */
export function estimateText({counted, estimated, estimatedBy}: TokenColumns): string | undefined {
  if (estimatedBy === undefined) return undefined;
  return estimated < counted ? `${estimatedBy}, for ${estimated} of ${counted} rows` : estimatedBy;
}

/** What each candidate's requests took by row, in the table's order; `usdColumn` is SQL for a completion's US dollars. */
export async function tokenColumns(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  usdColumn: string
): Promise<TokenColumns[]> {
  const place = new Map(table.rowIds.map((id, i) => [id, i]));
  const columns = new Map<string, TokenColumns & {numbers: (number | undefined)[][]}>();
  for (const candidate of table.candidates)
    columns.set(candidate, {
      numbers: [0, 1, 2, 3].map(() =>
        new Array<number | undefined>(table.rowIds.length).fill(undefined)
      ) as never,
      rows: 0,
      counted: 0,
      told: 0,
      estimated: 0
    });
  const query = `select row_id, candidate, variant, avg(prompt_tokens)::double as prompt,
      avg(cached_tokens)::double as cached, avg(completion_tokens)::double as completion, avg(${usdColumn})::double as usd, max(tokens_estimated_by) as "by", bool_and(cost_usd is not null) as told
    from completions where run = $run and status = 'completed' group by all`;
  for await (const batch of store.batches<TokenRow>(query, {run: run.id}))
    for (const {row_id, candidate, variant, prompt, cached, completion, usd, by, told} of batch) {
      const column = columns.get(run.variants.length > 1 ? `${candidate} · ${variant}` : candidate);
      const i = place.get(row_id);
      if (!column || i === undefined) continue;
      column.rows++;
      if (told) column.told++;
      if (prompt !== null && completion !== null) column.counted++;
      if (by !== null) {
        column.estimated++;
        column.estimatedBy = by;
      }
      [prompt, cached, completion, usd].forEach((value, n) => (column.numbers[n]![i] = value ?? undefined));
    }
  return table.candidates.map((candidate) => columns.get(candidate)!);
}

interface TokenRow {
  row_id: string;
  candidate: string;
  variant: string;
  prompt: number | null;
  cached: number | null;
  completion: number | null;
  usd: number | null;
  by: string | null;
  told: boolean;
}
