import type {CandidateEnds} from "../../../evals/decisions/index.js";
import {table} from "../../terminal/terminal.js";

/** The candidates with answers that did not end by themselves, or are empty, and how many; empty when there are none. */
export function endsText(ends: readonly CandidateEnds[] = []): string {
  const found = ends.filter(({cut, refused, empty}) => cut + refused + empty > 0);
  if (found.length === 0) return "";
  return table(found, [
    {title: "candidate", text: "name", value: ({candidate}) => candidate},
    {title: "answers", align: "right", value: ({answers}) => answers},
    {title: "cut at the token limit", align: "right", value: ({cut}) => cut || undefined},
    {title: "of these empty", align: "right", value: ({cutEmpty}) => cutEmpty || undefined},
    {title: "refused or filtered", align: "right", value: ({refused}) => refused || undefined},
    {title: "empty otherwise", align: "right", value: ({empty}) => empty || undefined}
  ]);
}
