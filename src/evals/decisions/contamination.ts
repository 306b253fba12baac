import {type Interval, mean, meanInterval} from "../../base/stats/index.js";
import {tableOfRows, decidingValues} from "./columns.js";
import {formatCount, points} from "./points.js";
import {type ScoreScale, writerOf} from "./scoreScale.js";
import type {ScoreTable} from "./types.js";

/**
 * What a candidate may have learned of a row it is scored on. contaminated: the row itself, or its text, stands in the part
 * that the model, or one it was made from, was trained on. near: a near-duplicate does. clean: neither. unknown: neither was found, but
 * not all that it learned from is known.
 */
export type RowMark = "clean" | "near" | "contaminated" | "unknown";

export interface ScoreOf {
  rows: number;
  scored: number;
  mean?: number;
  interval?: Interval;
}

export interface Contamination {
  candidate: string;
  clean: number;
  near: number;
  contaminated: number;
  unknown: number;
  /**
   * Share of the rows known to be near or contaminated, from 0 to 1: at least so many where some are unknown. Undefined where some
   * are unknown and none is known to be.
   */
  share?: number;
  whole: ScoreOf;
  /** On its clean rows alone. */
  onClean: ScoreOf;
}

/**
 * How much of what each candidate was scored on it had learned from, with its score on the whole and on the clean rows.
 * `marks` holds a mark for every row of the table, in its order, by candidate; a candidate without marks, of which
 * nothing is known, is left out: not known is not clean.
 */
export function contaminationOf(
  table: ScoreTable,
  marks: ReadonlyMap<string, readonly RowMark[]>
): Contamination[] {
  return table.candidates.flatMap((candidate, c) => {
    const own = marks.get(candidate);
    if (!own) return [];
    const count = (mark: RowMark) => own.filter((one) => one === mark).length;
    const near = count("near");
    const contaminated = count("contaminated");
    const unknown = count("unknown");
    const found = near + contaminated;
    return [
      {
        candidate,
        clean: count("clean"),
        near,
        contaminated,
        unknown,
        share: unknown > 0 && found === 0 ? undefined : own.length === 0 ? 0 : found / own.length,
        whole: meanScore(table, c, () => true),
        onClean: meanScore(table, c, (row) => own[row] === "clean")
      }
    ];
  });
}

/**
 * The table with only those rows that are clean for every candidate with marks: what candidates can be compared on
 * without one of them having seen the answers.
 */
export function cleanTable(table: ScoreTable, marks: ReadonlyMap<string, readonly RowMark[]>): ScoreTable {
  const isClean = (row: number) => [...marks.values()].every((own) => own[row] === "clean");
  return tableOfRows(table, [...table.rowIds.keys()].filter(isClean));
}

/**
 * Says of a candidate what it had learned of the rows it is scored on and how it scores on the others, and shortly how many others
 * had learned from some, from as many rows or not: each is counted once.
 */
export function contaminationText(
  first: Contamination,
  others: readonly Contamination[],
  scale: ScoreScale
): string {
  const alike = others.filter((one) => likeness(one) === likeness(first)).length;
  const more = others.length - alike;
  const rest = more === 0 ? "" : ` Of ${candidateCount(more, "more")} some rows are not clean either.`;
  return contaminationSentence(first, scale, alike) + rest;
}

/** A line for all candidates that had learned from rows they are scored on, about the best of them; none when all are clean. */
export function contaminationWarnings(found: readonly Contamination[], scale: ScoreScale): string[] {
  const dirty = found.filter(({share = 0}) => share > 0);
  if (dirty.length === 0) return [];
  const best = dirty.reduce((a, b) => ((b.whole.mean ?? -Infinity) > (a.whole.mean ?? -Infinity) ? b : a));
  const others = dirty.filter((one) => one !== best);
  return [contaminationText(best, others, scale)];
}

const likeness = ({clean, near, contaminated}: Contamination) => [clean, near, contaminated].join();

const candidateCount = (n: number, kind: "more" | "other") =>
  `${formatCount(n)} ${kind} candidate${n === 1 ? "" : "s"}`;

function contaminationSentence(
  {candidate, near, contaminated, clean, unknown, share = 0, whole, onClean}: Contamination,
  scale: ScoreScale,
  alike: number
): string {
  const {number} = writerOf(scale);
  const written = ({mean, interval}: Pick<ScoreOf, "mean" | "interval">) => {
    if (mean === undefined) return "nothing";
    return interval ? `${number(mean)} (${number(interval.low)} to ${number(interval.high)})` : number(mean);
  };
  const learned = [
    contaminated > 0
      ? `${formatCount(contaminated)} ${contaminated === 1 ? "stands" : "stand"} in the training part`
      : "",
    near > 0
      ? `${formatCount(near)} ${near === 1 ? "has" : "have"} a near-duplicate ${contaminated > 0 ? "there" : "in the training part"}`
      : ""
  ].filter(Boolean);
  const who = alike === 0 ? candidate : `${candidate} and ${candidateCount(alike, "other")}`;
  const score =
    clean === 0
      ? unknown > 0
        ? `Of the other ${formatCount(unknown)} ${unknown === 1 ? "row" : "rows"} it cannot be told: the store lacks some of what was learned from, or of these rows.`
        : "No row is clean."
      : `On the ${formatCount(clean)} clean ${clean === 1 ? "row" : "rows"} ${alike === 0 ? "it" : candidate} scores ${written(onClean)}, on all ${written({mean: whole.mean})}.`;
  return `${unknown > 0 ? "At least " : ""}${points(share)}% of the scored rows are not clean for ${who} (${learned.join(", ")}). ${score}`;
}

function meanScore(table: ScoreTable, c: number, wanted: (row: number) => boolean): ScoreOf {
  const rows = table.rowIds.flatMap((_, row) => (wanted(row) ? [row] : []));
  const values = decidingValues(tableOfRows(table, rows), table.candidates[c]!);
  const interval = meanInterval(values, {
    clusters: table.clusters ? rows.map((row) => table.clusters![row] ?? `row:${row}`) : undefined,
    bounds: table.bounds
  });
  return {
    rows: rows.length,
    scored: values.filter((value) => value !== undefined).length,
    mean: mean(values),
    interval
  };
}
