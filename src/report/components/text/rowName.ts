import {html} from "htl";

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
