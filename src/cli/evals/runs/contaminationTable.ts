import {type Contamination, type ScoreOf, type ScoreScale, writerOf} from "../../../evals/decisions/index.js";
import {type TableColumn, table} from "../../terminal/terminal.js";

/** Scores on all rows beside those on the rows that a candidate, or a model it was made from, never learned from. */
export function contaminationTable(candidates: readonly Contamination[], scale: ScoreScale): string {
  const {number} = writerOf(scale);
  const score = ({mean, interval}: ScoreOf) => {
    if (mean === undefined) return undefined;
    return interval ? `${number(mean)} (${number(interval.low)} to ${number(interval.high)})` : number(mean);
  };
  const columns: TableColumn<Contamination>[] = [
    {title: "trained here", text: "name", value: (row) => row.candidate},
    {title: "clean", align: "right", value: (row) => row.clean},
    {title: "near", align: "right", value: (row) => row.near},
    {title: "contaminated", align: "right", value: (row) => row.contaminated},
    {title: "all rows", value: (row) => score(row.whole)},
    {title: "clean rows", value: (row) => score(row.onClean)}
  ];
  if (candidates.some(({unknown}) => unknown > 0))
    columns.splice(4, 0, {title: "unknown", align: "right", value: (row) => row.unknown});
  return table(candidates, columns);
}
