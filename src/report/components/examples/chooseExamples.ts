import {type ExampleFilter, type ExampleOrder, filtersFor, ordersFor} from "./exampleFilters.js";
import {fromAddress} from "../address/address.js";
import {form, type Input, searchField, select} from "../inputs/inputs.js";
import type {RunView} from "../../site/types.js";
import type {RowsNeeded, RunRows, ScoreChoice} from "../rows/runRows.js";

export interface ExampleChoice {
  filter: ExampleFilter;
  order: ExampleOrder;
  /** The expected answer to look at; undefined for any. */
  expected: string | undefined;
  /** What the first candidate compared answered; undefined for any. */
  answered: string | undefined;
  /** Why a candidate has no score; undefined for any row. */
  failure: string | undefined;
  /** Words to look for in the texts; empty for any. */
  search: string;
}

/** What rows are filtered and sorted by: the scores shown, those by judge and people where both are there, and confidence. */
export function scoresNeeded({scorers}: RunView, choice: ScoreChoice | null): RowsNeeded {
  const judge = scorers.find((one) => one.judge);
  const people = scorers.find((one) => one.human);
  const both = judge && people ? [judge.name, people.name] : [];
  return {scorers: [...new Set([...(choice ? [choice.scorer] : []), ...both])], confidence: true};
}

/** More different answers than this are no list to choose from. */
const MOST_LABELS = 200;

/** Lets a reader choose which rows to look at and in which order; null without rows. */
export function chooseExamples(
  rows: RunRows | null,
  choice: ScoreChoice | null
): Input<ExampleChoice | null> {
  if (!rows || !choice || rows.length === 0)
    return Object.assign(document.createElement("div"), {value: null});
  const any = {label: "Any", id: "", value: undefined as string | undefined};
  const labels = different(rows, ["expected"]);
  const failures = different(
    rows,
    rows.candidates.map((candidate) => `failure:${candidate}`)
  );
  const options = (texts: readonly string[]) => [any, ...texts.map((text) => ({label: text, value: text}))];
  const filters = filtersFor(rows, choice.scorer);
  const first =
    filters.find((filter) => filter.id === "differ" && matches(rows, choice.scorer, filter)) ?? filters[0]!;
  return form<ExampleChoice>(
    {
      filter: select(
        filters.map((filter) => ({...filter, value: filter})),
        {label: "Show", key: "show", selected: ({id}) => id === first.id}
      ),
      order: select(
        ordersFor(rows, choice.scorer).map((order) => ({...order, value: order})),
        {label: "Sorted by", key: "sort"}
      ),
      expected: select(labels.length <= MOST_LABELS ? options(labels) : [any], {
        label: "Expected",
        key: "expected"
      }),
      answered: select(rows.classes ? options(withAsked(labels)) : [any], {
        label: "Candidate answered",
        key: "answered"
      }),
      failure: select(options(failures), {label: "Failure", key: "failure"}),
      search: searchField({label: "Search the texts", key: "search"})
    },
    "Rows shown"
  );
}

function matches(rows: RunRows, scorer: string, {test}: ExampleFilter): boolean {
  for (let row = 0; row < rows.length; row++)
    if (test(rows.candidates.map((candidate) => rows.score(scorer, candidate, row)))) return true;
  return false;
}

/** The labels, and the answer outside them that the address asks for. */
function withAsked(labels: readonly string[]): string[] {
  const asked = fromAddress("answered");
  return asked === null || asked === "" || labels.includes(asked) ? [...labels] : [...labels, asked];
}

/** The texts that stand in some columns, sorted. */
function different(rows: RunRows, columns: readonly string[]): string[] {
  const found = new Set<string>();
  for (const column of columns)
    for (let row = 0; row < rows.length && found.size <= MOST_LABELS; row++) {
      const text = rows.text(column, row);
      if (text !== undefined) found.add(text);
    }
  return [...found].sort();
}
