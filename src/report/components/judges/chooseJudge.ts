import {html} from "htl";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {RunView, ScorerView, VerdictsData} from "../../site/types.js";
import {chooseRun} from "../inputs/chooseRun.js";
import {code, emptyState} from "../text/elements.js";
import {form, type Input, select} from "../inputs/inputs.js";
import type {Slice} from "../rows/runRows.js";

/** Lets a reader choose among the runs that an LLM judge scored; without one it says how to have answers judged. */
export function chooseJudgedRun(data: VerdictsData): Input<RunView | null> {
  const runs = data.runs.filter(({scorers}) => scorers.some(({judge}) => judge));
  if (runs.length > 0 || data.runs.length === 0)
    return chooseRun({runs, older: data.older, others: {runs: data.runs, why: "has no judge"}});
  const node = emptyState(
    "No eval has been scored by an LLM judge yet.",
    [
      "Where no rule can score an answer, a model can: name it among an eval's scorers, beside labels that people gave to a random sample of the same answers, and run it with ",
      code("npx assay run"),
      "."
    ],
    html`<pre tabindex="0" aria-label="Example">
scorers: {
  judge: judgePairwise({
    endpoint,
    model: "judge-model",
    rubric: "Which answer solves the question?"
  }),
  people: humanLabels("evals/labels.jsonl")
}</pre>`,
    [
      "A label is a line of that file: ",
      code('{"id": "the row", "output": "the answer", "score": 1}'),
      ". This page then shows how often judge and people agree, what the judge's order and length habits are, and every candidate's score corrected for them."
    ]
  );
  return Object.assign(node, {value: null});
}

export interface JudgeChoice {
  judge: ScorerView;
  /** The scorer that holds people's labels; undefined without one. */
  human: ScorerView | undefined;
  /** Undefined for all rows. */
  slice: Slice | undefined;
}

/** Lets a reader choose a judge of the run, whose labels it is held against, and a slice of the rows; null without a run. */
export function chooseJudge(run: RunView | null): Input<JudgeChoice | null> {
  if (!run) return Object.assign(document.createElement("div"), {value: null});
  const named = (scorers: readonly ScorerView[]) =>
    scorers.map((scorer) => ({label: scorer.name, value: scorer as ScorerView | undefined}));
  const humans = named(run.scorers.filter(({human}) => human));
  const slices = run.slices.flatMap(({name, values}) =>
    values.map((value) => ({
      label: valueName(value),
      id: `${name}=${value}`,
      value: {name, value} as Slice | undefined,
      group: name
    }))
  );
  return form<JudgeChoice>(
    {
      judge: select(named(run.scorers.filter(({judge}) => judge)) as {label: string; value: ScorerView}[], {
        label: "Judge",
        key: "judge"
      }),
      human: select(humans.length > 0 ? humans : [{label: "none in this eval", value: undefined}], {
        label: "Compared with",
        key: "people"
      }),
      slice: select([{label: "All rows", id: "", value: undefined as Slice | undefined}, ...slices], {
        label: "Rows",
        key: "slice"
      })
    },
    "Judge shown"
  );
}
