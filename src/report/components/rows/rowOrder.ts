const KEPT = "assay-row-order";
/** Rows of a list that the page of a row can walk through. */
export const MOST_REMEMBERED = 5000;

/** Keeps the order of a list of rows, by their numbers, for this tab, so that the page of a row can go on to the next. */
export function rememberOrder(run: string, rows: readonly number[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({run, rows: rows.slice(0, MOST_REMEMBERED)}));
  } catch {
    // Without storage the page of a row has no neighbours, and says so by having no buttons.
  }
}

/** Numbers of the rows before and after one in the list that was looked at last. */
export function neighbouringRows(run: string, row: number): {before?: number; after?: number; text?: string} {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as {run: string; rows: number[]} | null;
    const at = kept?.run === run ? kept.rows.indexOf(row) : -1;
    if (!kept || at < 0) return {};
    return {
      before: kept.rows[at - 1],
      after: kept.rows[at + 1],
      text: `${at + 1} of ${kept.rows.length} in the list`
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
