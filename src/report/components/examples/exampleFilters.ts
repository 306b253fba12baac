import {mean, variance} from "../../../base/stats/index.js";
import type {RunRows} from "../rows/runRows.js";

/** Scores of all candidates on one row; undefined where there is none. */
type RowScores = readonly (number | undefined)[];

export interface ExampleFilter {
  label: string;
  id: string;
  group?: string;
  test(scores: RowScores): boolean;
}

const scored = (scores: RowScores) => scores.filter((score) => score !== undefined);

/** From which score on a row counts as right by a scorer; undefined where none can be named. */
export function halfOf({scorers}: Pick<RunRows, "scorers">, scorer: string): number | undefined {
  return scorers.find(({name}) => name === scorer)?.half;
}

/** Which rows may be looked at: by what all candidates got right, or one of them, where scores say what is right. */
export function filtersFor(rows: RunRows, scorer: string): ExampleFilter[] {
  const half = halfOf(rows, scorer);
  const {every, single} = half === undefined ? {every: [], single: []} : rightFilters(rows, scorer, half);
  const differ: ExampleFilter = {
    label: "Candidates differ",
    id: "differ",
    test: (scores) => new Set(scored(scores)).size > 1
  };
  const alone = rows.candidates.length === 1;
  return [
    {label: "All rows", id: "all", test: () => true},
    ...(alone ? [] : [differ]),
    ...every,
    {
      label: "Some candidate has no score",
      id: "missing",
      test: (scores) => scores.some((score) => score === undefined)
    },
    ...(alone ? [] : single)
  ];
}

/** Of all candidates, and of each. */
function rightFilters({scorers, candidates}: RunRows, scorer: string, half: number) {
  const binary = scorers.find(({name}) => name === scorer)?.binary ?? false;
  const sides = [
    {id: "wrong", name: binary ? "wrong" : `below ${half}`, test: (score: number) => score < half},
    {id: "right", name: binary ? "right" : `at least ${half}`, test: (score: number) => score >= half}
  ];
  const every = sides.map(({id, name, test}): ExampleFilter => ({
    label: `All ${name}`,
    id: `all-${id}`,
    test: (scores) => scored(scores).length > 0 && scored(scores).every(test)
  }));
  const single = sides.flatMap(({id, name, test}) =>
    candidates.map((candidate, c): ExampleFilter => ({
      label: `${candidate}: ${name}`,
      id: `${id} ${candidate}`,
      group: `One candidate is ${name}`,
      test: (scores) => scores[c] !== undefined && test(scores[c])
    }))
  );
  return {every, single};
}

export interface ExampleOrder {
  label: string;
  id: string;
  group?: string;
  /** Rows with more come first; undefined comes last. */
  of(row: number): number | undefined;
}

/** By what rows may be sorted. Judge and people are compared where the run has both; candidates are unsure where they told how sure they were. */
export function ordersFor(rows: RunRows, scorer: string): ExampleOrder[] {
  const scoresAt = (row: number) =>
    rows.candidates
      .map((candidate) => rows.score(scorer, candidate, row))
      .filter((score) => score !== undefined);
  const orders: ExampleOrder[] = [
    {
      label: "How much the row separates candidates",
      id: "separates",
      of: (row) => variance(scoresAt(row)) ?? 0
    },
    {label: "Hardest first", id: "hardest", of: (row) => negative(mean(scoresAt(row)))},
    {label: "Order of the run", id: "run", of: (row) => -row}
  ];
  const judge = rows.scorers.find((one) => one.judge)?.name;
  const people = rows.scorers.find((one) => one.human)?.name;
  if (judge !== undefined && people !== undefined)
    orders.push({
      label: "Disagreement of judge and people",
      id: "judge",
      of: (row) => {
        const gaps = rows.candidates.flatMap((candidate) => {
          const [a, b] = [rows.score(judge, candidate, row), rows.score(people, candidate, row)];
          return a === undefined || b === undefined ? [] : [Math.abs(a - b)];
        });
        return gaps.length > 0 ? Math.max(...gaps) : undefined;
      }
    });
  const half = halfOf(rows, scorer);
  for (const candidate of rows.confident) {
    orders.push({
      label: `${candidate}: least sure first`,
      id: `unsure ${candidate}`,
      group: "By confidence",
      of: (row) => negative(rows.confidence(candidate, row))
    });
    if (half !== undefined)
      orders.push({
        label: `${candidate}: wrong and surest first`,
        id: `sure-wrong ${candidate}`,
        group: "By confidence",
        of: (row) =>
          (rows.score(scorer, candidate, row) ?? half) < half ? rows.confidence(candidate, row) : undefined
      });
  }
  return orders;
}

/** Numbers of the rows that pass, in this order; equal ones as the run had them. */
export function sortedRows(
  rows: RunRows,
  scorer: string,
  among: readonly number[],
  filter: ExampleFilter,
  order: ExampleOrder
): number[] {
  const passed =
    filter.id === "all"
      ? [...among]
      : among.filter((row) =>
          filter.test(rows.candidates.map((candidate) => rows.score(scorer, candidate, row)))
        );
  const value = new Float64Array(rows.length);
  for (const row of passed) value[row] = order.of(row) ?? -Infinity;
  return passed.sort((a, b) => (value[a] === value[b] ? a - b : value[b]! - value[a]!));
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}
