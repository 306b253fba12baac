import {html} from "htl";
import {scoreName} from "../../../evals/decisions/scoreScale.js";

/** What a figure of a candidate is, within a sentence: "mean accuracy", or a corpus figure by its name. */
export function meanName(scorer: string, figure: string | undefined): string {
  return figure === undefined ? `mean ${scorer}` : scoreName(scorer, figure);
}

/** The same as the head of a column. */
export function meanTitle(figure: string | undefined): string {
  return figure === undefined ? "Mean" : capital(figure);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Hashes of 64 digits fill three lines. */
const LONGEST = 24;

/** A row's id, a long one by its beginning and end. */
export function shortRowName(id: string): string {
  return id.length > LONGEST ? `${id.slice(0, 12)}…${id.slice(-6)}` : id;
}

/** The same as code; the whole stands in its tooltip. */
export function rowName(id = ""): HTMLElement {
  const shown = shortRowName(id);
  return html`<code title=${shown === id ? null : id}>${shown}</code>` as HTMLElement;
}

/** "Candidates, the best first" as "candidates-the-best-first", for files and addresses. */
export function plainName(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return words.slice(0, 60) || "assay";
}
