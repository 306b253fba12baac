import {corpusJackknife, corpusName} from "../../base/stats/index.js";
import {formatCount} from "./points.js";
import type {CorpusTable, ScoreTable} from "./types.js";

export type RowValues = readonly (number | undefined)[];

/** A candidate of a table; of two in one comparison the tables may be those of two runs. */
export interface CandidateColumn {
  table: ScoreTable;
  candidate: string;
}

const jackknifed = new WeakMap<CorpusTable["counts"][number], RowValues>();

/**
 * What a candidate's figure is the mean of, by row: its scores or, where a corpus figure decides, the jackknife values of the
 * table's rows, which are no scores. None when the table does not have the candidate.
 */
export function decidingValues(table: ScoreTable, candidate: string): RowValues {
  const c = table.candidates.indexOf(candidate);
  const counts = table.corpus?.counts[c];
  if (!table.corpus || !counts) return table.values[c] ?? [];
  let found = jackknifed.get(counts);
  if (!found) jackknifed.set(counts, (found = jackknife(table.corpus.figure, counts)));
  return found;
}

/** A candidate's own scores by row, whatever decides. */
export function candidateScores({candidates: candidates, values}: ScoreTable, candidate: string): RowValues {
  return values[candidates.indexOf(candidate)] ?? [];
}

/** A candidate's own scores with every failed row as `score`, and so every failed repeat in the mean of a scored row. */
export function failedAs(table: ScoreTable, candidate: string, score: number): number[] {
  const failed = table.failedRepeats?.[table.candidates.indexOf(candidate)];
  return candidateScores(table, candidate).map((value, row) =>
    value === undefined ? score : value + (failed?.[row] ?? 0) * (score - value)
  );
}

/** What several candidates of a table are compared by: of a corpus figure the values over the rows that all of them have. */
export function sharedValues(table: ScoreTable, candidates: readonly string[]): RowValues[] {
  return aligned(candidates.map((candidate) => ({table, candidate})));
}

/** The same of candidates of several tables, in the first one's order of rows. */
export function aligned(columns: readonly CandidateColumn[]): RowValues[] {
  const [first] = columns;
  if (!first) return [];
  const places = columns.map(({table}) => placesIn(table, first.table));
  const ordered = <T>(list: readonly T[], k: number): readonly (T | undefined)[] =>
    places[k] ? places[k].map((row) => list[row]) : list;
  const {corpus} = first.table;
  if (!corpus || columns.some(({table}) => !table.corpus))
    return columns.map(({table, candidate}, k) => ordered(candidateScores(table, candidate), k));
  const counts = columns.map(({table, candidate}, k) =>
    ordered(table.corpus!.counts[table.candidates.indexOf(candidate)] ?? [], k)
  );
  const lacks = first.table.rowIds.map((_, row) => counts.some((own) => own[row] === undefined));
  return columns.map(({table, candidate}, k) => {
    const isWhole = !places[k] && counts[k]!.every((own, row) => own === undefined || !lacks[row]);
    if (isWhole) return decidingValues(table, candidate);
    return jackknife(
      corpus.figure,
      counts[k]!.map((own, row) => (lacks[row] ? undefined : own))
    );
  });
}

/** Where the rows of `by` stand in the table; undefined where that is the same table. */
function placesIn(table: ScoreTable, by: ScoreTable): number[] | undefined {
  if (table === by) return undefined;
  const places = new Map(table.rowIds.map((id, row) => [id, row]));
  return by.rowIds.map((id) => places.get(id) ?? -1);
}

function jackknife(figure: CorpusTable["figure"], counts: CorpusTable["counts"][number]): RowValues {
  const present = counts.filter((own) => own !== undefined);
  const values = corpusJackknife(figure, present);
  let next = 0;
  if (Number.isNaN(values[0])) return counts.map(() => undefined);
  return counts.map((own) => (own === undefined ? undefined : values[next++]));
}

/** Why rows that were scored give a candidate no figure: one class alone has no area. Undefined where they do, or none was scored. */
export function noValueText(table: ScoreTable, candidate: string): string | undefined {
  const counts = table.corpus?.counts[table.candidates.indexOf(candidate)] ?? [];
  const scored = counts.filter((own) => own !== undefined).length;
  if (scored === 0 || decidingValues(table, candidate).some((value) => value !== undefined)) return undefined;
  const rows = scored === 1 ? "its one scored row is" : `its ${formatCount(scored)} scored rows are all`;
  return `${corpusFigureName(table)!} has no value, because ${rows} of one class`;
}

/** The table with some of its rows only. */
export function tableOfRows(table: ScoreTable, rows: readonly number[]): ScoreTable {
  const only = <T>(column: readonly T[]) => rows.map((row) => column[row]!);
  return {
    ...table,
    rowIds: only(table.rowIds),
    clusters: table.clusters && only(table.clusters),
    values: table.values.map(only),
    failedRepeats: table.failedRepeats?.map(only),
    corpus: table.corpus && {...table.corpus, counts: table.corpus.counts.map(only)}
  };
}

/** The table with these of its candidates only, in this order; one that it does not have has no values. */
export function tableOfCandidates(table: ScoreTable, candidates: readonly string[]): ScoreTable {
  const only = <T>(columns: readonly T[][]) =>
    candidates.map((candidate) => columns[table.candidates.indexOf(candidate)] ?? []);
  const {values, failedRepeats, corpus} = table;
  return {
    ...table,
    candidates: [...candidates],
    values: only(values),
    failedRepeats: failedRepeats && only(failedRepeats),
    corpus: corpus && {...corpus, counts: only(corpus.counts)}
  };
}

/** What the scores of a table are, where they are no means of rows. */
export function corpusFigureName({corpus}: ScoreTable): string | undefined {
  return corpus && corpusName(corpus.figure);
}

const known = new WeakMap<(string | null)[], Int32Array | undefined>();

/**
 * A cluster number for every row, as the statistics take them; undefined when every row stands alone. Worked out once
 * for a table, which nobody changes.
 */
export function clustersOf({clusters}: ScoreTable): Int32Array | undefined {
  if (!clusters) return undefined;
  if (!known.has(clusters)) known.set(clusters, numbersOf(clusters));
  return known.get(clusters);
}

function numbersOf(clusters: readonly (string | null)[]): Int32Array | undefined {
  const numbers = new Map<string, number>();
  let count = 0;
  const found = Int32Array.from(clusters, (cluster) => {
    if (cluster === null) return count++;
    const number = numbers.get(cluster);
    if (number !== undefined) return number;
    numbers.set(cluster, count);
    return count++;
  });
  return count < clusters.length ? found : undefined;
}
