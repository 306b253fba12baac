import type {RunView} from "../../site/types.js";
import {form, type Input, select} from "./inputs.js";

export interface CandidatePair {
  first: string;
  second: string;
}

/** Lets a reader choose two candidates: to begin with, the best and the next one that does not score the same. */
export function chooseCandidates(run: RunView | null): Input<CandidatePair | null> {
  const names = run?.verdict.summaries.map(({candidate}) => candidate) ?? [];
  if (names.length === 0) return Object.assign(document.createElement("div"), {value: null});
  const [best, ...others] = run?.verdict.summaries ?? [];
  const second = (others.find(({mean}) => mean !== best?.mean) ?? others[0] ?? best)?.candidate;
  const choices = names.map((name) => ({label: name, value: name}));
  return form<CandidatePair>(
    {
      first: select(choices, {label: "Candidate", key: "first"}),
      second: select(choices, {label: "Against", key: "second", selected: (name) => name === second})
    },
    "Candidates compared"
  );
}
