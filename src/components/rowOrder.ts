const KEPT = "assay-row-order";
/** Rows of a list that the page of a row can walk through. */
export const MOST_REMEMBERED = 5000;

/** Keeps the order of a list of rows for this tab, so that the page of a row can go on to the next. */
export function rememberOrder(run: string, ids: readonly string[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({run, ids: ids.slice(0, MOST_REMEMBERED)}));
  } catch {
    // Without storage the page of a row has no neighbours, and says so by having no buttons.
  }
}

/** The rows before and after one in the list that was looked at last. */
export function neighbours(run: string, id: string): {before?: string; after?: string; text?: string} {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as {run: string; ids: string[]} | null;
    const at = kept?.run === run ? kept.ids.indexOf(id) : -1;
    if (!kept || at < 0) return {};
    return {
      before: kept.ids[at - 1],
      after: kept.ids[at + 1],
      text: `${at + 1} of ${kept.ids.length} in the list`
    };
  } catch {
    return {};
  }
}

/** The keys j and k go to the next and the previous link of a list of rows. */
export function moveByKeys(list: HTMLElement): void {
  const links = () => [...list.querySelectorAll<HTMLAnchorElement>("a.row-link")];
  onKeys(list, (step) => {
    const all = links();
    const at = all.indexOf(document.activeElement as HTMLAnchorElement);
    all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))]?.focus();
  });
}

const listening = new WeakSet<HTMLElement>();

/** Calls back with 1 for the key j and −1 for k, unless a reader is writing, while the element is on the page. */
export function onKeys(element: HTMLElement, callback: (step: 1 | -1) => void): void {
  if (listening.has(element)) return;
  listening.add(element);
  let shown = false;
  const listen = (event: KeyboardEvent) => {
    shown ||= element.isConnected;
    if (shown && !element.isConnected) return removeEventListener("keydown", listen);
    const target = event.target as HTMLElement | null;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target?.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "j") callback(1);
    else if (event.key === "k") callback(-1);
  };
  addEventListener("keydown", listen);
}
