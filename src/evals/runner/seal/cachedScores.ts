import {join} from "node:path";
import {type ColumnTypes, refusedSql, sqlString} from "../../../base/store/index.js";
import {REFUSED} from "../calls/scoring.js";
import {copyChunk, type HalfOpenRange, relationOf} from "../tables/chunks.js";
import type {RunWorkspace} from "../plan/rows.js";
import type {OtherScores} from "../journal/tables.js";

export interface CachedScoresInputs {
  place: RunWorkspace;
  ranges: readonly HalfOpenRange[];
  others: OtherScores | undefined;
  /** Relation of this run's completed completions in a range of numbers, with `row_hash` and `expected`. */
  completed(range: HalfOpenRange): string;
  /** Relation of the scores in a range that this run has given itself, with `n` and `scorer`. */
  kept(range: HalfOpenRange): string;
  /** Relation of the scorers, as `sc`. */
  scorers: string;
  /** Names of those that give a refused answer no credit. */
  textScorers: readonly string[];
  columns: ColumnTypes;
}

/**
 * Relation of the scores that other runs gave to the same completion, row and expectation; of several, the last run's.
 * A range at a time goes into tables whose size DuckDB knows, so that it holds those and lets the other runs' scores
 * and items pass by.
 */
export async function cachedScores(inputs: CachedScoresInputs): Promise<string> {
  const {ranges, others, completed, kept, scorers, textScorers, columns} = inputs;
  const {db, folder} = inputs.place;
  const files: string[] = [];
  const texts = textScorers.map(sqlString).join(", ") || "null";
  for (const range of others === undefined ? [] : ranges) {
    await db.run(
      `create or replace temp table reused_here as select n, key, row_hash, expected, ${refusedSql} as refused from ${completed(range)} where reused`
    );
    await db.run(
      `create or replace temp table scores_found as
         select c.n, c.row_hash, c.expected, sc.scorer, sc.scorer_version, c.key, k.status, k.value, k.reason, k.details, k.run, k.row_id
         from ${others!.scores} k join reused_here c using (key) join ${scorers} using (scorer_version)
         anti join ${kept(range)} o on o.n = c.n and o.scorer = sc.scorer
         where not (c.refused and k.reason is distinct from ${sqlString(REFUSED)} and coalesce(sc.scorer in (${texts}), false))`
    );
    const file = join(folder, `cached-scores-${files.length}.parquet`);
    await copyChunk(
      db,
      file,
      `select ${Object.keys(columns)
        .map((name) => `k.${name}`)
        .join(", ")} from scores_found k join ${others!.items} i
         on i.run = k.run and i.row_id = k.row_id and i.row_hash = k.row_hash and i.expected is not distinct from k.expected
       qualify row_number() over (partition by k.n, k.scorer order by k.run desc, k.row_id) = 1 order by k.n`
    );
    files.push(file);
  }
  for (const table of ["reused_here", "scores_found"]) await db.run(`drop table if exists ${table}`);
  return relationOf(files, columns);
}
