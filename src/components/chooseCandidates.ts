import type {RunView} from "../site/types.js";
import {form, type Input, select} from "./inputs.js";

export interface CandidatePair {
  first: string;
  second: string;
}

/** Lets a reader choose two candidates: the best and the one after it to begin with. */
export function chooseCandidates(run: RunView | null): Input<CandidatePair | null> {
  const names = run?.verdict.summaries.map(({candidate}) => candidate) ?? [];
  if (names.length === 0) return Object.assign(document.createElement("div"), {value: null});
  const choices = names.map((name) => ({label: name, value: name}));
  return form<CandidatePair>(
    {
      first: select(choices, {label: "Candidate"}),
      second: select(choices, {label: "against", selected: (name) => name === (names[1] ?? names[0])})
    },
    "Candidates compared"
  );
}
