import {sharedValues, type ScoreTable, slicingsOf, sliceTable} from "../../../evals/decisions/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {shownSlices} from "../shownGroups.js";
import type {StudentSlice, StudentView} from "../../../evals/distillation/index.js";

const MOST_SLICES = 30;
const MOST_ROWS = 30;

/** What the first loses against the second in each slice of a run, the greatest loss first; p values are for all of the student's slices. */
export async function lostBySlice(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  [student, teacher]: readonly [string, string]
): Promise<StudentSlice[]> {
  const shown = await shownSlices(store, run);
  const slicings = (await slicingsOf(store, run)).map(({name, values}) => ({
    name,
    values: values.map((value) => (value === undefined ? undefined : shown(name, value)))
  }));
  const {candidates} = table;
  const only = {
    ...table,
    candidates: [teacher, student],
    values: [teacher, student].map((name) => table.values[candidates.indexOf(name)]!)
  };
  const found = sliceTable(table.corpus ? table : only, slicings, {reference: teacher});
  return found.rows
    .flatMap(({slice, value, rows, cells}) => {
      const difference = cells.find((cell) => cell.candidate === student)?.difference;
      return difference
        ? [
            {
              slice,
              value,
              rows,
              difference: difference.estimate,
              low: difference.low,
              high: difference.high,
              adjustedP: difference.adjustedP
            }
          ]
        : [];
    })
    .sort((a, b) => a.difference - b.difference)
    .slice(0, MOST_SLICES);
}

/** The rows on which two candidates' scores differ, those first on which the first loses most. */
export function differingRows(
  table: ScoreTable,
  names: readonly [student: string, teacher: string]
): Pick<StudentView, "differing" | "worst"> {
  const [own, teachers] = sharedValues(table, names);
  const found = table.rowIds.flatMap((row, i) => {
    const [student, teacher] = [own![i], teachers![i]];
    return student === undefined || teacher === undefined || student === teacher
      ? []
      : [{row, teacher, student}];
  });
  return {
    differing: found.length,
    worst: found
      .sort((a, b) => a.student - a.teacher - (b.student - b.teacher) || (a.row < b.row ? -1 : 1))
      .slice(0, MOST_ROWS)
  };
}
