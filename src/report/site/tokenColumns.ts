import {overRepeats, type ScoreTable} from "../../evals/decisions/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";

export interface RowTokens {
  /**
   * Prompt, cached and completion tokens of a request and its US dollars by row, means over repeats; then for each of `above` the first three
   * again, of requests with more prompt tokens and 0 of others.
   */
  numbers: (number | undefined)[][];
  /** By row: "failed" where it was asked and has no answer, undefined where it was not asked. */
  ended: ("answered" | "failed" | undefined)[];
  rows: number;
  counted: number;
  /** Rows that were asked and have no answer. */
  failed: number;
  /** Rows of which every answer came with its cost. */
  told: number;
  /** Rows whose tokens the server did not tell, and how those were counted. */
  estimated: number;
  estimatedBy?: string;
}

/** How tokens were counted where not all servers reported them; undefined when all did. */
export function estimateText({counted, estimated, estimatedBy}: RowTokens): string | undefined {
  if (estimatedBy === undefined) return undefined;
  return estimated < counted ? `${estimatedBy}, for ${estimated} of ${counted} rows` : estimatedBy;
}

interface TokenQuery {
  /** SQL for a completion's US dollars. */
  usd: string;
  /** Prompt tokens above which a price has a tier. */
  above: readonly number[];
}

/** What each candidate's requests took by row, in the table's order. */
export async function tokenColumns(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  {usd, above}: TokenQuery
): Promise<RowTokens[]> {
  const place = new Map(table.rowIds.map((id, i) => [id, i]));
  const columns = new Map<string, RowTokens>();
  for (const candidate of table.candidates)
    columns.set(candidate, {
      numbers: Array.from({length: 4 + 3 * above.length}, () =>
        new Array<number | undefined>(table.rowIds.length).fill(undefined)
      ),
      ended: new Array<undefined>(table.rowIds.length).fill(undefined),
      rows: 0,
      counted: 0,
      failed: 0,
      told: 0,
      estimated: 0
    });
  // No count of cached tokens is none cached, as in what a request costs.
  const cached = "case when prompt_tokens is not null then coalesce(cached_tokens, 0) end";
  const tokens = ["prompt_tokens", cached, "completion_tokens"];
  const ofLong = above.flatMap((least) => tokens.map((one) => `(${one}) * (prompt_tokens > ${least})::int`));
  // Tokens are whole numbers, whose sums are exact.
  const usdMean = overRepeats("avg", usd, run);
  const means = [...tokens.map(plainMean), usdMean, ...ofLong.map(plainMean)].map(
    (one, n) => `(${one} filter (status = 'completed'))::double as mean_${n}`
  );
  const query = `select row_id, candidate, variant, ${means.join(", ")},
      max(tokens_estimated_by) filter (status = 'completed') as "by", bool_and(cost_usd is not null) filter (status = 'completed') as told
    from completions where run = $run group by all`;
  for await (const batch of store.batches<TokenRow>(query, {run: run.id}))
    for (const {row_id, candidate, variant, by, told, ...found} of batch) {
      const column = columns.get(run.variants.length > 1 ? `${candidate} · ${variant}` : candidate);
      const i = place.get(row_id);
      if (!column || i === undefined) continue;
      column.ended[i] = told === null ? "failed" : "answered";
      if (told === null) {
        column.failed++;
        continue;
      }
      column.rows++;
      if (told) column.told++;
      if (found.mean_0 !== null && found.mean_2 !== null) column.counted++;
      if (by !== null) {
        column.estimated++;
        column.estimatedBy = by;
      }
      column.numbers.forEach((values, n) => (values[i] = found[`mean_${n}`] ?? undefined));
    }
  return table.candidates.map((candidate) => columns.get(candidate)!);
}

const plainMean = (value: string) => `avg(${value})`;

interface TokenRow {
  row_id: string;
  candidate: string;
  variant: string;
  by: string | null;
  /** Null where nothing was answered. */
  told: boolean | null;
  [mean: `mean_${number}`]: number | null;
}
