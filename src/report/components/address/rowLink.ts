import {html} from "htl";
import {flat, type PageContent} from "../text/elements.js";
import {rowName} from "../text/names.js";
import {linkTo} from "./address.js";
import {versionAddress} from "./runOfAddress.js";

/** A row's id that leads to all about it, with more choices for the address: the dataset of a row that may be in another run. */
export function rowLink(
  id: string | undefined,
  choices: Readonly<Record<string, string | undefined>> = {}
): HTMLElement {
  return html`<a class="row-link" href=${linkTo("./row", {...choices, row: id})}>${rowName(id)}</a>`;
}

/** A figure of some rows that leads to them on the page of examples. Arrow keys reach its cell, and Enter follows it. */
export function rowsLink(
  figure: PageContent,
  choices: Readonly<Record<string, string | undefined>>
): HTMLElement {
  return html`<a class="rows-link" tabindex="-1" href=${linkTo("./examples", {show: "all", ...choices})}
    >${flat([figure])}</a
  >`;
}

/** A row of a dataset's version: its page shows the run that has it. */
export function datasetRow({dataset, id}: {dataset: string; id: string}, row: string): HTMLElement {
  return rowLink(row, {dataset: versionAddress(dataset, id)});
}
