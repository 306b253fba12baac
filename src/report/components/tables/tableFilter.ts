import {html} from "htl";
import {fromAddress, onReturn, rememberInAddress} from "../address/address.js";
import {freshId} from "../text/elements.js";
import {countText, pluralText} from "../text/format.js";

/** Rows from which a table is long enough to look for some of them. */
const LONG = 12;

const KEY = "filter";

/**
 * A line for words above a long table: only rows that have all of them are shown, case aside. The address keeps the words of the
 * table that was filtered last, by its name. Null for a short table.
 */
export function tableFilter(table: HTMLTableElement, name: string): HTMLElement | null {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>("tbody > tr:not(.group)")];
  if (rows.length < LONG) return null;
  const id = freshId("filter");
  const input = html`<input id=${id} type="search" autocomplete="off" />` as HTMLInputElement;
  const shown = html`<small role="status"></small>`;
  const inAddress = () => {
    const [of, ...words] = (fromAddress(KEY) ?? "").split("~");
    return of === name ? words.join("~") : "";
  };
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent!.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    for (const heading of table.querySelectorAll<HTMLTableRowElement>("tr.group"))
      heading.hidden = ![...heading.parentElement!.children].some(
        (row) => row !== heading && !(row as HTMLElement).hidden
      );
    const found = rows.filter(({hidden}) => !hidden).length;
    shown.textContent = words.length === 0 ? "" : `${countText(found)} of ${pluralText(rows.length, "line")}`;
  };
  input.addEventListener("input", (event) => {
    // The words are no choice of the page.
    event.stopPropagation();
    show();
    rememberInAddress(
      {[KEY]: input.value.trim() === "" ? undefined : `${name}~${input.value}`},
      {replace: true}
    );
  });
  const field = html`<div class="field filter">
    <label for=${id}>Filter<span class="hidden"> the table below</span></label
    >${input}${shown}
  </div>`;
  onReturn(field, () => {
    if (input.value === inAddress()) return;
    input.value = inAddress();
    show();
  });
  input.value = inAddress();
  if (input.value !== "") show();
  return field;
}
