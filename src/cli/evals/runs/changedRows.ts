import type {CandidateComparison, RunComparison} from "../../../evals/runner/index.js";
import {plural} from "../../terminal/plural.js";
import {dim, table} from "../../terminal/terminal.js";

const MOST_ROWS = 20;

/** The rows that changed most between two runs, improved and worsened alike; undefined when none did. */
export function changedRowsText(
  candidates: readonly CandidateComparison[],
  number: (value: number) => string
): string | undefined {
  const several = new Set(candidates.map(({variant}) => variant)).size > 1;
  const rows = candidates
    .flatMap(({candidate, variant, changedRows}) =>
      changedRows.map((row) => ({...row, candidate: several ? `${candidate} · ${variant}` : candidate}))
    )
    .sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
  if (rows.length === 0) return undefined;
  const listed = table(rows.slice(0, MOST_ROWS), [
    {title: "row", text: "name", value: ({row}) => row},
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "before", align: "right", value: ({a}) => number(a)},
    {title: "after", align: "right", value: ({b}) => number(b)},
    {title: "difference", align: "right", value: ({difference}) => number(difference)},
    {title: "answer before", text: "excerpt", value: ({outputA}) => outputA},
    {title: "answer after", text: "excerpt", value: ({outputB}) => outputB}
  ]);
  const others = rows.length - MOST_ROWS;
  return others > 0 ? `${listed}\n${dim(`${plural(others, "more row")}: --json lists all`)}` : listed;
}

/** How many rows only one of the runs has, as after a temporal split has moved; undefined when both have the same. */
export function leftText({a, b, rows, changed}: RunComparison): string | undefined {
  const [onlyA, onlyB] = [rows.a - rows.shared, rows.b - rows.shared];
  if (onlyA + onlyB === 0) return undefined;
  const moved = changed.some(({what}) => what === "split") ? "The split moved with its data: " : "";
  return `${moved}${plural(onlyA, "row")} only in ${a}, ${plural(onlyB, "row")} only in ${b}. Only the ${plural(rows.shared, "shared row")} are compared, by id.`;
}
