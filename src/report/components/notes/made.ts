import {html} from "htl";
import {linkTo} from "../address/address.js";
import type {PageContent} from "../text/elements.js";

/** What the Method page has an entry for, by the anchor of the entry. */
export type Term =
  | "candidate"
  | "score"
  | "mean"
  | "interval"
  | "difference"
  | "margin"
  | "not-shown-to-be-worse"
  | "class-figures"
  | "judge"
  | "always-valid"
  | "version"
  | "split"
  | "leakage"
  | "contamination"
  | "race"
  | "distillation"
  | "merge"
  | "lineage"
  | "learning-curve"
  | "cost"
  | "frontier"
  | "cascade"
  | "latency"
  | "near-duplicate"
  | "drift"
  | "agreement"
  | "break-even"
  | "query";

/** How a figure or a table is made. */
export interface Provenance {
  /** What it shows, in a sentence of plain words. */
  what: string;
  /** What it was computed from: "1,005 rows". */
  n: string;
  /** Where the Method page says more. */
  term: Term;
  /** Gives its numbers, or what they are computed from, out of the published tables. */
  sql: string;
  /** What SQL cannot give, and the engine's function that makes it: a clause that ends the sentence on the query. */
  engine?: string;
  /** What the figures are, where they are no means of rows: "corpus BLEU". The query then gives means of rows, other numbers. */
  figure?: string;
  /** Whose rows, scores and answers the query is about; by default the run of the page's address. */
  run?: string;
}

/** How a figure is made, closed until a reader asks. */
export function howMade({what, n, term, sql, engine, figure, run}: Provenance): HTMLElement {
  const link = linkTo("./sql", run === undefined ? {sql} : {run, sql});
  return html`<details class="made">
    <summary aria-label=${`How it is made: ${what}`}>How it is made</summary>
    <p>${what} <a href=${linkTo(`./method#${term}`)} data-keep-run>Method</a></p>
    <p>
      Computed from ${n}.
      ${
        engine
          ? `The query gives its inputs; ${engine}.`
          : "The query gives the same from the published tables."
      }
      ${figure ? `The figure shown is ${figure}, computed from all rows' counts; the query gives means of rows, which differ.` : null}
    </p>
    <pre tabindex="0"><code>${sql}</code></pre>
    <p><a href=${link}>Ask it on the SQL page</a></p>
  </details>`;
}

/** What stands below a figure or a table: how it is made, and the buttons that save it. */
export function figureFoot(made: Provenance | undefined, saves: PageContent): HTMLElement {
  return html`<div class="foot">${made ? howMade(made) : null}${saves}</div>`;
}

/** Opens how the figure or table around an element is made, and goes there; false where nothing says so. */
export function openMade(within: Element): boolean {
  const made = within.closest(".framed")?.querySelector<HTMLDetailsElement>(".made");
  if (!made) return false;
  made.open = true;
  made.querySelector("summary")!.focus();
  return true;
}
