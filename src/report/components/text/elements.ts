import {html} from "htl";
import {plainName} from "./names.js";

/** Something a cell can display: an element, text, or nothing. */
export type PageContent = Node | string | null | undefined | false | PageContent[];

/** The content as htl takes it: without lists in lists. */
export function flat(content: readonly PageContent[]): PageContent[] {
  return content.flat(Infinity as 1);
}

/** What a cell displays when there is nothing to say: for null it would print the word. */
export function nothing(): Node {
  return document.createDocumentFragment();
}

let ids = 0;

/** An id that no other element of the page has. */
export function freshId(prefix: string): string {
  return `${prefix}-${++ids}`;
}

/** A part of a page with its heading, which an address may name. */
export function section(title: string, ...content: PageContent[]): HTMLElement {
  const id = `section-${plainName(title)}`;
  return anchored(
    html`<section class="part" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      ${flat(content)}
    </section>`,
    id
  );
}

/** Up to this width a window is a phone's, as in `styles/phone.css`. */
const PHONE = 600;

/** Whether the page is read on a phone. Tests read components without a window. */
export const isPhone = () => globalThis.innerWidth <= PHONE;

/** A further part of a page with its heading: on a phone it is closed until a reader opens it, or an address names it. */
export function furtherSection(title: string, ...content: PageContent[]): HTMLElement {
  const id = `section-${plainName(title)}`;
  return anchored(
    html`<section class="part" aria-labelledby=${id}>
      <details class="further" open=${!isPhone() || globalThis.location?.hash === `#${id}`}>
        <summary><h2 id=${id}>${title}</h2></summary>
        ${flat(content)}
      </details>
    </section>`,
    id
  );
}

let shownAnchor = false;

/** Scrolls to a part that the address names: the browser has looked for it before it was drawn. */
function anchored(part: HTMLElement, id: string): HTMLElement {
  if (globalThis.location?.hash === `#${id}` && !shownAnchor) {
    shownAnchor = true;
    setTimeout(() => part.scrollIntoView());
  }
  return part;
}

/** Says what is missing and what to do about it, in place of a chart. */
export function emptyState(title: string, ...advice: PageContent[]): HTMLElement {
  return html`<div class="empty">
    <p class="empty-title">${title}</p>
    ${advice.map((one) => html`<p>${flat([one])}</p>`)}
  </div>`;
}

export function code(text: string): HTMLElement {
  return html`<code>${text}</code>`;
}

export type BadgeKind = "good" | "even" | "open" | "bad" | "plain";

export function badge(text: string, kind: BadgeKind = "plain"): HTMLElement {
  return html`<span class=${`badge badge-${kind}`}>${text}</span>`;
}

/** Names and values below each other. */
export function facts(entries: [string, PageContent][]): HTMLElement {
  return html`<dl class="facts">
    ${entries
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${flat([value])}</dd>
          </div>`
      )}
  </dl>`;
}

export function details(summary: string, ...content: PageContent[]): HTMLElement {
  return html`<details>
    <summary>${summary}</summary>
    ${flat(content)}
  </details>`;
}

/** A hash cut to twelve digits, the whole of it in the title; the version that another tool states as it is. */
export function hash(text: string | undefined): PageContent {
  if (text === undefined) return "–";
  return text.includes(" ") ? text : html`<code title=${text}>${text.slice(0, 12)}</code>`;
}

/** Details whose content is made when a reader first opens them. */
export function lazyDetails(summary: string, make: () => PageContent): HTMLElement {
  const node = details(summary);
  node.addEventListener("toggle", () => node.append(html`<div>${flat([make()])}</div>`), {once: true});
  return node;
}
