import type {Verdict} from "../../../evals/decisions/types.js";
import type {RunView} from "../../site/types.js";
import {type Input, select} from "./inputs.js";

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
