import {emptyRecord} from "../../base/validation/memberOf.js";
import type {Store} from "../../base/store/index.js";
import {type ArrowColumn, cutColumn} from "./arrowFile.js";
import {areClasses} from "./labelCounts.js";
import {type PublishedRows, publishedRows} from "./rowColumns.js";
import {detailedRows} from "./rowDetails.js";
import {
  answersFile,
  CLUSTERS_FILE,
  CONFIDENCE_FILE,
  countsFile,
  INDEX_FILE,
  JUDGES_FILE,
  MOST_CLASSES,
  OTHER,
  pageFile,
  pagesOf,
  placesFile,
  placesFileOf,
  type RowPlace,
  ROWS_PER_PAGE,
  type RowsMetadata,
  scoreColumnsFile
} from "./rowFiles.js";

export interface RowFile {
  name: string;
  content: Uint8Array | string;
}

/** Answers outside the classes that the files of all answers keep; the others are on the pages of rows only. */
const MOST_OTHERS = 200;

/**
 * The rows of one run as the files of which a page loads those it shows. Arrow files of all rows: an index (`slice:NAME`,
 * `expected` where answers are classes, `failure:CANDIDATE` where there are any), the scores by each scorer
 * (`score:SCORER:CANDIDATE`, null where there is none), the counts of a
 * scorer with a corpus figure (`counts:SCORER:CANDIDATE`, as JSON), the answers of each candidate where they are classes
 * (`answer:CANDIDATE`), clusters, how sure candidates were where they said so (`confidence:CANDIDATE`), and what checks of judges need. Arrow files of `ROWS_PER_PAGE` rows each: row id, cluster,
 * expected, excerpt, `answer:CANDIDATE`, `failure:CANDIDATE`. JSON files that say where the row of an id stands. An answer that
 * is one of the labels expected is given as it is; free text only for rows whose excerpt the eval publishes, masked and cut.
 */
export async function runRows(store: Store, id: string): Promise<RowFile[]> {
  const run = (await store.runs({archived: true})).find((one) => one.id === id);
  if (!run) throw new Error(`no such run: ${id}`);
  const rows = await publishedRows(store, run);
  const numbers = new Map(rows.rowIds.map((row, i) => [row, i]));
  const detailed = (await detailedRows(store, run)).map((row) => numbers.get(row)!);
  const {candidates, baseline, scorers} = rows;
  const metadata: RowsMetadata = {
    run: id,
    rows: rows.rowIds.length,
    candidates,
    baseline,
    scorers,
    slices: run.slices,
    repeats: run.repeats,
    classes: answersAreClasses(rows),
    clustered: rows.clusters.some((cluster) => cluster !== null),
    confident: candidates.filter((name) => rows.confidence.has(name)),
    detailed
  };
  // Most page loaders write no Arrow file, and Apache Arrow is long in loading.
  const {arrowFile} = await import("./arrowFile.js");
  const tables = [...columnFiles(rows, metadata), ...pageFiles(rows)];
  return [
    ...tables.map(({name, columns, about}) => ({name, content: arrowFile(columns, about)})),
    ...placeFiles(rows, detailed)
  ];
}

/**
 * Few answers are expected, and what was answered are such answers: a scorer read them, or most rows share what they expect, and
 * of one candidate at least half of the answers are such. A number at the end of a text is no class, nor are numbers that hardly two rows expect.
 */
function answersAreClasses({expected, answers, predicts}: PublishedRows): boolean {
  const classes = new Set(expected.filter((label) => label !== null));
  if (classes.size === 0 || classes.size > MOST_CLASSES) return false;
  if (predicts) return true;
  return (
    areClasses([...classes], expected.length) &&
    [...answers.values()].some((own) => {
      const given = own.filter((answer) => answer !== null);
      return given.filter((answer) => classes.has(answer)).length * 2 >= given.length;
    })
  );
}

/** What an Arrow file will hold. */
interface TableFile {
  name: string;
  columns: Readonly<Record<string, ArrowColumn>>;
  about?: RowsMetadata;
}

/** Files with a value of every row. */
function columnFiles(rows: PublishedRows, metadata: RowsMetadata): TableFile[] {
  const {classes} = metadata;
  const index: Record<string, ArrowColumn> = emptyRecord();
  for (const [name, values] of rows.slices) index[`slice:${name}`] = {kind: "texts", values};
  if (classes) index.expected = {kind: "texts", values: rows.expected};
  for (const [name, values] of rows.failures)
    if (values.some((reason) => reason !== null)) index[`failure:${name}`] = {kind: "texts", values};
  const files: TableFile[] = [
    {name: INDEX_FILE, columns: index, about: metadata},
    {name: CLUSTERS_FILE, columns: {cluster: {kind: "texts", values: rows.clusters}}}
  ];
  if (rows.confidence.size > 0) {
    const columns = [...rows.confidence].map(
      ([name, values]) => [`confidence:${name}`, {kind: "numbers", values} as ArrowColumn] as const
    );
    files.push({name: CONFIDENCE_FILE, columns: Object.fromEntries(columns)});
  }
  if (Object.keys(rows.judges).length > 0) files.push({name: JUDGES_FILE, columns: rows.judges});
  metadata.scorers.forEach(({name}, i) => {
    const columns = [...rows.scores.get(name)!].map(
      ([candidate, column]) => [`score:${name}:${candidate}`, column] as const
    );
    files.push({name: scoreColumnsFile(i), columns: Object.fromEntries(columns)});
    const counts = rows.counts.get(name);
    if (!counts) return;
    const named = [...counts].map(([candidate, own]) => [`counts:${name}:${candidate}`, own] as const);
    files.push({name: countsFile(i), columns: Object.fromEntries(named)});
  });
  const known = new Set(rows.expected);
  metadata.candidates.forEach((name, i) => {
    const values = classes ? frequentAnswers(rows.answers.get(name)!, known) : [];
    files.push({name: answersFile(i), columns: {[`answer:${name}`]: {kind: "texts", values}}});
  });
  return files;
}

/** The answers, those outside the classes as one text when many are more frequent. */
function frequentAnswers(answers: readonly (string | null)[], known: ReadonlySet<string | null>) {
  const times = new Map<string, number>();
  for (const answer of answers)
    if (answer !== null && !known.has(answer)) times.set(answer, (times.get(answer) ?? 0) + 1);
  if (times.size <= MOST_OTHERS) return answers;
  const kept = new Set(
    [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_OTHERS)
      .map(([text]) => text)
  );
  return answers.map((answer) => (answer === null || known.has(answer) || kept.has(answer) ? answer : OTHER));
}

/** All that is shown of a row, page by page. */
function pageFiles(rows: PublishedRows): TableFile[] {
  const columns: Record<string, ArrowColumn> = {
    row_id: {kind: "ids", values: rows.rowIds},
    cluster: {kind: "texts", values: rows.clusters},
    expected: {kind: "texts", values: rows.expected},
    excerpt: {kind: "ids", values: rows.excerpts}
  };
  for (const [name, values] of rows.answers) columns[`answer:${name}`] = {kind: "texts", values};
  for (const [name, values] of rows.failures) columns[`failure:${name}`] = {kind: "texts", values};
  return Array.from({length: pagesOf(rows.rowIds.length)}, (_page, number) => {
    const from = number * ROWS_PER_PAGE;
    const page = Object.entries(columns).map(
      ([name, column]) => [name, cutColumn(column, from, from + ROWS_PER_PAGE)] as const
    );
    return {name: pageFile(number), columns: Object.fromEntries(page)};
  });
}

function placeFiles(rows: PublishedRows, detailed: readonly number[]): RowFile[] {
  const places = new Map(detailed.map((row, place) => [row, place]));
  const files = new Map<string, [string, RowPlace][]>();
  for (let number = 0; number < pagesOf(rows.rowIds.length); number++) files.set(placesFileOf(number), []);
  rows.rowIds.forEach((id, row) =>
    files.get(placesFile(id, rows.rowIds.length))!.push([id, [row, places.get(row) ?? null]])
  );
  // By fromEntries, which takes an id like "__proto__" for what it is.
  return [...files].map(([name, own]) => ({name, content: JSON.stringify(Object.fromEntries(own))}));
}
