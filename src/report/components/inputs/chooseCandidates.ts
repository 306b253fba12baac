import type {Verdict} from "../../../evals/decisions/types.js";
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

/** Lets a reader choose what the other candidates are measured against: the verdict's best to begin with. Null without one. */
export function chooseReference(run: RunView | null, verdict?: Verdict): Input<string | null> {
  const names = run?.verdict.summaries.map(({candidate}) => candidate) ?? [];
  if (!run || names.length === 0) return Object.assign(document.createElement("div"), {value: null});
  const baseline = run.candidates.find((candidate) => candidate.baseline)?.name;
  const best = (verdict ?? run.verdict).best;
  return select(
    names.map((name) => ({
      label: `${name}${name === best ? " (best)" : name === baseline ? " (baseline)" : ""}`,
      id: name,
      value: name as string | null
    })),
    {label: "Measured against", key: "reference", selected: (name) => name === best}
  );
}
