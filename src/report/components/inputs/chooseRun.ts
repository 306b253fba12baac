import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import type {RunView, VerdictsData} from "../../site/types.js";
import {carry, fromAddress, onReturn, rememberInAddress, runRecord} from "../address/address.js";
import {code, type PageContent, emptyState} from "../text/elements.js";
import {time, pluralText} from "../text/format.js";
import {type Input, select} from "./inputs.js";

type ChosenAmong = Pick<VerdictsData, "runs"> &
  Partial<VerdictsData> & {
    /** Runs of the report that this page does not show, and why: "has no judge". */
    others?: {runs: readonly RunView[]; why: string};
  };

/**
 * Lets a reader choose among the newest runs of every eval and split; remembers the choice in the address, so that it can be
 * sent and survives going to another page. An address that names another run gets a notice. Without runs it says how to
 * make one, and its value is null.
 */
export function chooseRun(data: ChosenAmong): Input<RunView | null> {
  if (data.runs.length === 0) return noRuns();
  const {runs, older = []} = data;
  const wanted = fromAddress("run");
  const replaced = older.find(({id}) => id === wanted);
  const successor =
    replaced &&
    (runs.find((run) => run.eval === replaced.eval && run.split.name === replaced.split) ??
      runs.find((run) => run.eval === replaced.eval));
  const input = select(
    runs.map((run) => ({label: `${run.title}, ${splitText(run.split)}`, id: run.id, value: run})),
    {
      label: "Eval and split",
      key: "run",
      selected: (run) => run === successor,
      missing: ({asked}) => missingRun(asked, data, successor)
    }
  );
  let source = runSource(input.value);
  input.append(source);
  const show = () => {
    const now = runSource(input.value);
    source.replaceWith(now);
    source = now;
  };
  input.addEventListener("input", () => {
    // Another run has data of its own.
    rememberInAddress({dataset: undefined}, {replace: true});
    show();
  });
  onReturn(input, show);
  if (wanted === null) rememberInAddress({run: undefined}, {replace: true});
  carry();
  return input;
}

/** Says that the address names a run which is not shown, and where its record is. */
function missingRun(
  wanted: string,
  {older = [], others}: ChosenAmong,
  successor: RunView | undefined
): PageContent {
  const other = others?.runs.find(({id}) => id === wanted);
  if (other) return `${other.title}, ${splitText(other.split)}, ${others!.why}. Another run is shown.`;
  const replaced = older.find(({id}) => id === wanted);
  const record = html`<a href=${runRecord(wanted)}>Its record</a>`;
  if (!replaced)
    return [
      "The address names run ",
      code(wanted),
      ", which is not in this report: it was archived or deleted, or the site was built without it. Another run is shown."
    ];
  return successor
    ? [
        `The address names the run of ${time(replaced.sealedAt)}. A newer run of ${replaced.eval} is shown in its place. `,
        record,
        " is kept."
      ]
    : [`The address names a run of ${replaced.eval} that this report does not show. `, record, " is kept."];
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

/** Where the numbers on a page come from, in one line that leads to all of it. */
export function runSource({id, dataset, split, rows, sealedAt, imported}: RunView): HTMLElement {
  return html`<small class="source"
    >From run <a href=${runRecord(id)}>${id}</a> · ${dataset.name} ${dataset.version.slice(0, 12)} ·
    ${imported ? "" : `${split.part} part, `}${pluralText(rows, "row")} ·
    ${time(sealedAt).slice(0, 10)}</small
  >`;
}
