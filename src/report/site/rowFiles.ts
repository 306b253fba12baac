import type {ScoreScale} from "../../evals/decisions/scoreScale.js";
import type {CorpusFigure} from "../../base/stats/index.js";

/** Rows in one page of a run's rows. */
export const ROWS_PER_PAGE = 200;
/** Different answers that rows may expect to count as classes; more are free text. */
export const MOST_CLASSES = 400;

/** Stands for answers that no row expects and that few rows have, or that are not published; no label contains a NUL. */
export const OTHER = "\u0000";

/** What the index of a run's rows says about its files, as JSON under the schema's metadata key "assay". */
export interface RowsMetadata {
  run: string;
  rows: number;
  candidates: string[];
  baseline?: string;
  scorers: {
    name: string;
    binary: boolean;
    scale: ScoreScale;
    /** A row with so much or more counts as right; undefined where scores leave 0 to 1 and the scorer states no bounds. */
    half?: number;
    judge?: boolean;
    human?: boolean;
    /** The figure that decides, whose counts by row are in a file of their own. */
    corpus?: CorpusFigure;
  }[];
  slices: string[];
  /** Completions a row: scores are means of them, answers, failures and confidence those of the first. */
  repeats: number;
  /** The rows' expected answers are classes: the index has them, and answers' files hold the candidates' answers. */
  classes: boolean;
  /** Rows have clusters. */
  clustered: boolean;
  /** Candidates that told the probabilities of their tokens: how sure they were is in a file of its own. */
  confident: string[];
  /** The rows that have texts, in the order of the files of texts. */
  detailed: number[];
}

/** Where a row stands: its number in the run's order, and its place among the rows that have texts, null without. */
export type RowPlace = [row: number, place: number | null];

/** Columns to filter rows by: slices, failures, the expected answer where there are classes. */
export const INDEX_FILE = "index.arrow";
export const CLUSTERS_FILE = "clusters.arrow";
/** How sure candidates were of their answers, from 0 to 1. */
export const CONFIDENCE_FILE = "confidence.arrow";
/** What checks of a judge need, answer by answer: lengths, scores by judges and people, choices in both orders. */
export const JUDGES_FILE = "judges.arrow";

/** Stands in place of a judge's choices between two answers with the same words: it was not asked. */
export const SAME_WORDS = "identical";

/** The characters of a candidate's answers of one repeat. */
export function lengthColumn(repeat: number, candidate: string): string {
  return `length:${repeat}:${candidate}`;
}

/** The scores that a judge or people gave these answers. */
export function judgedColumn(repeat: number, scorer: string, candidate: string): string {
  return `judged:${repeat}:${scorer}:${candidate}`;
}

/** What a judge of two answers chose in both orders. */
export function orderColumn(repeat: number, scorer: string, candidate: string): string {
  return `order:${repeat}:${scorer}:${candidate}`;
}

/** The file with all candidates' scores by the scorer at `index` of the run's. */
export function scoreColumnsFile(index: number): string {
  return `scores-${index}.arrow`;
}

/** The file with all candidates' counts of the corpus figure of the scorer at `index` of the run's. */
export function countsFile(index: number): string {
  return `counts-${index}.arrow`;
}

/** The file with all answers of the candidate at `index`, where answers are classes. */
export function answersFile(index: number): string {
  return `answers-${index}.arrow`;
}

/** The file with ids, texts and answers of rows `number * ROWS_PER_PAGE` and on. */
export function pageFile(number: number): string {
  return `page-${number}.arrow`;
}

/** The file that knows where the row of this id stands. */
export function placesFile(id: string, rows: number): string {
  return placesFileOf(fnv1a(id) % pagesOf(rows));
}

export function placesFileOf(number: number): string {
  return `places-${number}.json`;
}

/** How many pages, and files of places, a run of so many rows has: at least one. */
export function pagesOf(rows: number): number {
  return Math.max(1, Math.ceil(rows / ROWS_PER_PAGE));
}

/** FNV-1a over the id's code units: the site and the page agree on it without a table. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
