import type {RunView, VerdictsData} from "../site/types.js";
import {emptyState, code} from "./elements.js";
import {type Input, select} from "./inputs.js";
import {runSource} from "./runSource.js";

/**
 * Lets a reader choose among the newest runs of every eval and split; remembers the choice in the address, so that it can be
 * sent and survives going to another page. Without runs it says how to make one, and its value is null.
 */
export function chooseRun(data: VerdictsData): Input<RunView | null> {
  if (data.runs.length === 0) return noRuns();
  const wanted = new URL(location.href).searchParams.get("run");
  const input = select(
    data.runs.map((run) => ({label: `${run.title}, split ${run.split.name}`, value: run})),
    {label: "Eval and split", selected: (run) => run.id === wanted}
  );
  let source = runSource(input.value);
  input.append(source);
  const remember = () => {
    const now = runSource(input.value);
    source.replaceWith(now);
    source = now;
    const address = new URL(location.href);
    address.searchParams.set("run", input.value.id);
    history.replaceState(history.state, "", address);
    keepInLinks(input.value.id);
  };
  input.addEventListener("input", remember);
  if (wanted !== null && input.value.id === wanted) keepInLinks(wanted);
  return input;
}

/** The navigation leads to the other pages with the same run chosen. */
function keepInLinks(run: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "#observablehq-header nav a, a[data-keep-run]"
  )) {
    const address = new URL(link.href);
    address.searchParams.set("run", run);
    link.href = address.href;
  }
}

function noRuns(): Input<null> {
  const node = emptyState(
    "No eval has been run yet.",
    [
      "Run one with ",
      code("npx assay run"),
      ", then build the site again with ",
      code("npx assay build"),
      "."
    ],
    [
      "An eval is a file in ",
      code("evals/"),
      " that names a dataset, a split, the candidates and the scorers; a dataset is a file in ",
      code("data-loaders/"),
      "."
    ]
  );
  return Object.assign(node, {value: null});
}
