import {CARRIED} from "../../site/frame.js";

/** What the page's address says was chosen; null when it says nothing. */
export function fromAddress(key: string): string | null {
  return new URL(location.href).searchParams.get(key);
}

/**
 * Writes choices into the page's address, so that it can be sent, survives going to another page, and Back undoes it.
 * Undefined removes one. `replace` leaves no step to go back to.
 */
export function rememberInAddress(
  choices: Readonly<Record<string, string | undefined>>,
  options: {replace?: boolean} = {}
): void {
  const address = new URL(location.href);
  const before = address.href;
  for (const [key, value] of Object.entries(choices))
    if (value === undefined) address.searchParams.delete(key);
    else address.searchParams.set(key, value);
  if (address.href === before) return;
  if (options.replace) history.replaceState(history.state, "", address);
  else history.pushState(history.state, "", address);
  carry();
}

/** Calls back when the reader goes back or forward, while the element is on the page. */
export function onReturn(element: HTMLElement, callback: () => void): void {
  let shown = false;
  const listen = () => {
    shown ||= element.isConnected;
    if (shown && !element.isConnected) return removeEventListener("popstate", listen);
    carry();
    callback();
  };
  addEventListener("popstate", listen);
}

/** A link within the report with what is chosen here, and more. */
export function linkTo(page: string, choices: Readonly<Record<string, string | undefined>> = {}): string {
  const link = new URL(page, location.href);
  link.pathname = link.pathname.replace(/\/[^/.]+$/, "$&.html");
  const here = new URL(location.href).searchParams;
  for (const key of CARRIED) {
    const value = here.get(key);
    if (value !== null) link.searchParams.set(key, value);
  }
  for (const [key, value] of Object.entries(choices))
    if (value === undefined) link.searchParams.delete(key);
    else link.searchParams.set(key, value);
  return link.href;
}

/** A link to a run's record, with nothing of what is chosen here. */
export function runRecord(id: string): string {
  return `./runs.html?run=${encodeURIComponent(id)}`;
}

/** The navigation leads to the other pages with the same choices. */
export function carry(): void {
  const here = new URL(location.href).searchParams;
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "#observablehq-header nav a, a[data-keep-run]"
  )) {
    const address = new URL(link.href);
    for (const key of CARRIED) {
      const value = here.get(key);
      if (value === null) address.searchParams.delete(key);
      else address.searchParams.set(key, value);
    }
    link.href = address.href;
  }
}
