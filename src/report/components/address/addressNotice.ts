import {html} from "htl";
import {code, type PageContent, flat} from "../text/elements.js";

/**
 * Says below an input that the address asks for what the input does not have, and what is shown in its place. The function it gives
 * back shows that, or takes it away when nothing is missing.
 */
export function addressNotice(input: HTMLElement): (text: PageContent | undefined) => void {
  let notice: HTMLElement | undefined;
  return (text) => {
    notice?.remove();
    notice = text === undefined ? undefined : html`<p class="notice" role="status">${flat([text])}</p>`;
    if (notice) input.after(notice);
  };
}

export interface UnknownChoice {
  asked: string;
  /** The label of the input. */
  label: string;
  shown: string;
}

/** The words of the notice where an input has none of its own. */
export function missingText({asked, label, shown}: UnknownChoice): PageContent {
  return [
    "The address asks for ",
    code(asked),
    `, for which there is nothing under “${label}” in this report. Shown instead: ${shown}.`
  ];
}
