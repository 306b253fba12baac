import {scoreName} from "../../../evals/decisions/scoreScale.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {RunView} from "../../site/types.js";
import {form, type Input, select} from "./inputs.js";
import type {ScoreChoice, Slice} from "../rows/runRows.js";

/** Lets a reader choose a scorer and a slice of the rows; null without a run. */
export function chooseScores(run: RunView | null): Input<ScoreChoice | null> {
  if (!run) return Object.assign(document.createElement("div"), {value: null});
  const scorers = run.scorers.map(({name, figure}) => ({
    label: `${scoreName(name, figure)}${name === run.primaryScorer ? " (decides)" : ""}`,
    id: name,
    value: name
  }));
  const slices = run.slices.flatMap(({name, values}) =>
    values.map((value) => ({
      label: valueName(value),
      id: `${name}=${value}`,
      value: {name, value} as Slice | undefined,
      group: name
    }))
  );
  return form<ScoreChoice>(
    {
      scorer: select(scorers, {
        label: "Scorer",
        key: "scorer",
        selected: (name) => name === run.primaryScorer
      }),
      slice: select([{label: "All rows", id: "", value: undefined as Slice | undefined}, ...slices], {
        label: "Rows",
        key: "slice"
      })
    },
    "Scores shown"
  );
}
