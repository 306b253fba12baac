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
