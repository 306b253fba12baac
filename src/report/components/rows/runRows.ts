import type {ScoreTable} from "../../../evals/decisions/types.js";
import type {CorpusCounts} from "../../../base/stats/index.js";
import {
  answersFile,
  CLUSTERS_FILE,
  CONFIDENCE_FILE,
  countsFile,
  INDEX_FILE,
  judgedColumn,
  JUDGES_FILE,
  lengthColumn,
  orderColumn,
  OTHER,
  pagesOf,
  ROWS_PER_PAGE,
  type RowsMetadata,
  scoreColumnsFile
} from "../../site/rowFiles.js";
import {loadData} from "./loadData.js";
import {type ReadFile, type LoadedRows, loadedRows} from "./rowColumns.js";

/** What a page needs of every row. */
export interface RowsNeeded {
  /** Scorers whose scores it reads. */
  scorers?: readonly string[];
  /** Scorers whose corpus figures it makes of some rows. */
  counts?: readonly string[];
  /** Candidates whose answers it counts, where answers are classes. */
  answers?: readonly string[];
  clusters?: boolean;
  /** Of each answer its length, scores by judges and people, and choices in both orders. */
  judges?: boolean;
  /** How sure candidates were. */
  confidence?: boolean;
  /** Ids, texts and answers of all rows; `open` loads those of some. */
  texts?: boolean;
}

/** The rows of one run, held as columns: those that were loaded. */
export interface RunRows extends RowsMetadata {
  length: number;
  /** Loads ids, texts and answers of these rows. */
  open(rows: readonly number[]): Promise<void>;
  /** The id of a row that was opened; undefined of another one. */
  rowId(row: number): string | undefined;
  /** Its place among the rows of which the site has texts; undefined when it has none of this row. */
  detail(row: number): number | undefined;
  /**
   * Text of a row in a column: `slice:NAME`, `failure:CANDIDATE`, `expected`, and where they were loaded `answer:CANDIDATE`,
   * `cluster`, `counts:SCORER:CANDIDATE`, `excerpt`.
   */
  text(column: string, row: number): string | undefined;
  /** Characters of an answer, by its repeat from 0 on; undefined without one, and in runs without a judge. */
  answerLength(candidate: string, row: number, repeat: number): number | undefined;
  /** The score that a judge or people gave an answer; undefined when there is none. */
  judged(scorer: string, answer: {candidate: string; row: number; repeat: number}): number | undefined;
  /** What a judge of two answers chose in both orders, or `SAME_WORDS`; undefined of other scorers. */
  order(scorer: string, answer: {candidate: string; row: number; repeat: number}): string | undefined;
  /** How sure a candidate was of its answer, from 0 to 1; undefined where it did not tell, or was not asked for. */
  confidence(candidate: string, row: number): number | undefined;
  /** A score, undefined when there is none. */
  score(scorer: string, candidate: string, row: number): number | undefined;
}

/** The rows with one value of a column. */
export interface Slice {
  name: string;
  value: string;
}

/** The scores of a run that a page shows. */
export interface ScoreChoice {
  scorer: string;
  /** Undefined for all rows. */
  slice: Slice | undefined;
}

const columnsOf = new Map<string, LoadedRows>();
const loading = new Map<string, Promise<Opened>>();

/**
 * A run's rows with what is needed of every row, by default all of it; each file is fetched once. Throws a sentence for the reader
 * when they cannot be had.
 */
export async function loadRunRows(run: string, needed?: RowsNeeded): Promise<RunRows> {
  let opened = loading.get(run);
  if (!opened) {
    opened = openRows(fetchedRows(run));
    loading.set(run, opened);
    opened.catch(() => loading.delete(run));
  }
  return (await opened).load(needed);
}

/** Ids of some rows of a run, from their pages alone. */
export async function loadIds(run: string, rows: readonly number[]): Promise<(string | undefined)[]> {
  const columns = fetchedRows(run);
  await openPages(columns, rows);
  return rows.map((row) => columns.onPage("row_id", row));
}

/** Rows from the files that the page loader of a run's rows prints. */
export async function readRowFiles(read: ReadFile, needed?: RowsNeeded): Promise<RunRows> {
  return (await openRows(loadedRows(read))).load(needed);
}

function fetchedRows(run: string): LoadedRows {
  let columns = columnsOf.get(run);
  if (!columns) {
    columns = loadedRows((name) => fetchRowFile(run, name));
    columnsOf.set(run, columns);
  }
  return columns;
}

/** One file of a run's rows. Throws a sentence for the reader when it is not part of the site. */
export async function fetchRowFile(run: string, name: string): Promise<Uint8Array> {
  const response = await loadData(
    `rows/${encodeURIComponent(run)}/${name}`,
    `The rows of run ${run} are not part of this site. Build the site again.`
  );
  return new Uint8Array(await response.arrayBuffer());
}

async function openPages(columns: LoadedRows, rows: readonly number[]): Promise<void> {
  const pages = new Set(rows.map((row) => Math.floor(row / ROWS_PER_PAGE)));
  await Promise.all([...pages].map(columns.page));
}

interface Opened {
  load(needed?: RowsNeeded): Promise<RunRows>;
}

async function openRows(columns: LoadedRows): Promise<Opened> {
  await columns.file(INDEX_FILE);
  const metadata = JSON.parse(columns.metadata ?? "{}") as RowsMetadata;
  const places = new Map(metadata.detailed.map((row, place) => [row, place]));
  const scores = new Map<string, Map<string, Float64Array>>();
  const scoresBy = (scorer: string, candidate: string) => {
    let own = scores.get(scorer);
    if (!own) scores.set(scorer, (own = new Map<string, Float64Array>()));
    let found = own.get(candidate);
    if (!found) {
      found = columns.numbers(`score:${scorer}:${candidate}`);
      if (found) own.set(candidate, found);
    }
    return found;
  };
  const rows: RunRows = {
    ...metadata,
    length: metadata.rows,
    open: (some) => openPages(columns, some),
    rowId: (row) => columns.onPage("row_id", row),
    detail: (row) => places.get(row),
    text: (column, row) => {
      const found = columns.text(column, row);
      return found === undefined || found === OTHER ? (columns.onPage(column, row) ?? found) : found;
    },
    answerLength: (candidate, row, repeat) =>
      present(columns.numbers(lengthColumn(repeat, candidate))?.[row]),
    judged: (scorer, {candidate, row, repeat}) =>
      present(columns.numbers(judgedColumn(repeat, scorer, candidate))?.[row]),
    order: (scorer, {candidate, row, repeat}) => columns.text(orderColumn(repeat, scorer, candidate), row),
    confidence: (candidate, row) => present(columns.numbers(`confidence:${candidate}`)?.[row]),
    score: (scorer, candidate, row) => present(scoresBy(scorer, candidate)?.[row])
  };
  return {
    async load(needed) {
      await Promise.all([
        ...filesFor(metadata, needed).map(columns.file),
        ...((needed?.texts ?? !needed)
          ? Array.from({length: pagesOf(metadata.rows)}, (_page, number) => columns.page(number))
          : [])
      ]);
      return rows;
    }
  };
}

/** The files with a value of every row that are needed; all without a need. */
function filesFor(
  {scorers, candidates, classes, clustered, confident}: RowsMetadata,
  needed?: RowsNeeded
): string[] {
  const names = scorers.map(({name}) => name);
  const files = (some: readonly string[], all: readonly string[], file: (index: number) => string) =>
    some.flatMap((name) => (all.includes(name) ? [file(all.indexOf(name))] : []));
  return [
    ...files(needed ? (needed.scorers ?? []) : names, names, scoreColumnsFile),
    ...files(
      names.filter((name, i) => scorers[i]!.corpus && (needed?.counts?.includes(name) ?? !needed)),
      names,
      countsFile
    ),
    ...(classes ? files(needed ? (needed.answers ?? []) : candidates, candidates, answersFile) : []),
    ...((needed?.clusters ?? !needed) && clustered ? [CLUSTERS_FILE] : []),
    ...((needed?.confidence ?? !needed) && confident.length > 0 ? [CONFIDENCE_FILE] : []),
    ...((needed?.judges ?? !needed) && scorers.some(({judge}) => judge) ? [JUDGES_FILE] : [])
  ];
}

function present(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** Numbers of the rows in a slice, all of them without one. */
export function rowsIn(rows: RunRows, slice?: Slice): number[] {
  const all = Array.from({length: rows.length}, (_, row) => row);
  return slice ? all.filter((row) => rows.text(`slice:${slice.name}`, row) === slice.value) : all;
}

/** What the figures of a run with repeats are of; nothing of another run. */
export function repeatsNote({repeats}: Pick<RunRows, "repeats">): string {
  return repeats > 1 ? `Scores are means of ${repeats} repeats; the answer shown is that of the first.` : "";
}

/** The scores by one scorer on some rows, as the engine's statistics take them; a row that was not opened goes by its number. */
export function scoreTableOf(rows: RunRows, scorer: string, chosen: readonly number[]): ScoreTable {
  const clusters = chosen.map((row) => rows.text("cluster", row) ?? null);
  const stated = rows.scorers.find(({name}) => name === scorer);
  const counts = (candidate: string, row: number) => {
    const own = rows.text(`counts:${scorer}:${candidate}`, row);
    return own === undefined ? undefined : (JSON.parse(own) as CorpusCounts);
  };
  return {
    candidates: rows.candidates,
    baseline: rows.baseline,
    rowIds: chosen.map((row) => rows.rowId(row) ?? String(row)),
    clusters: clusters.some((cluster) => cluster !== null) ? clusters : undefined,
    values: rows.candidates.map((candidate) => chosen.map((row) => rows.score(scorer, candidate, row))),
    corpus: stated?.corpus && {
      figure: stated.corpus,
      counts: rows.candidates.map((candidate) => chosen.map((row) => counts(candidate, row)))
    },
    binary: stated?.binary ?? false
  };
}
