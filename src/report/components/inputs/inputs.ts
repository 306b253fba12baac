import {rollup} from "d3";
import {html} from "htl";
import {fromAddress, onReturn, rememberInAddress} from "../address/address.js";
import {addressNotice, type UnknownChoice, missingText} from "../address/addressNotice.js";
import {type PageContent, freshId} from "../text/elements.js";

/**
 * An element with a value that emits "input" when a reader changes it: what Framework's `view` takes.
 * A value that may be missing is null: cells wait for ever for one that is undefined.
 */
export type Input<T> = HTMLElement & {value: T};

export interface InputChoice<T> {
  label: string;
  value: T;
  /** Its value in the page's address; its label by default. */
  id?: string;
  /** Choices of one group stand together. */
  group?: string;
}

export interface SelectOptions<T> {
  label: string;
  selected?: (value: T) => boolean;
  /** Where the page's address keeps the choice; nowhere by default. */
  key?: string;
  /** What the address asks for under another key, when no choice is of it: "run x". */
  unmet?: string;
  /** What to say when the address asks for what is no choice; undefined for nothing. */
  missing?(missing: UnknownChoice): PageContent | undefined;
}

/**
 * A labelled drop-down list; choices of one label show their ids too. With no choices its value is undefined and it is
 * disabled. With a `key` it begins with what the page's address says, and writes there what a reader chooses; a notice tells
 * when the address asks for what is no choice.
 */
export function select<T>(choices: readonly InputChoice<T>[], options: SelectOptions<T>): Input<T> {
  const id = freshId("select");
  const groups = [...new Set(choices.map((choice) => choice.group))];
  const labels = rollup(
    choices,
    (alike) => alike.length,
    ({label}) => label
  );
  const textOf = ({label, id: own}: InputChoice<T>) =>
    own && labels.get(label)! > 1 ? `${label} (${own})` : label;
  const option = (choice: InputChoice<T>) =>
    html`<option value=${String(choices.indexOf(choice))}>${textOf(choice)}</option>`;
  const list = html`<select id=${id} disabled=${choices.length === 0}>
    ${groups.flatMap((group) => {
      const members = choices.filter((choice) => choice.group === group).map(option);
      return group === undefined ? members : html`<optgroup label=${group}>${members}</optgroup>`;
    })}
  </select>` as HTMLSelectElement;
  const initial = Math.max(
    0,
    choices.findIndex((choice) => options.selected?.(choice.value))
  );
  const {key, label, unmet, missing = missingText} = options;
  const wanted = () => (key === undefined ? null : fromAddress(key));
  const inAddress = () => choices.findIndex((choice) => wanted() === (choice.id ?? choice.label));
  const asAsked = () => String(inAddress() < 0 ? initial : inAddress());
  list.value = asAsked();
  const field = html`<div class="field"><label for=${id}>${label}</label>${list}</div>`;
  const notice = addressNotice(list);
  const tell = () => {
    const asked = wanted() ?? unmet;
    const shown = choices[initial]?.label;
    notice(asked && shown && inAddress() < 0 ? missing({asked, label, shown}) : undefined);
  };
  tell();
  if (key !== undefined && choices.length > 0) {
    list.addEventListener("input", () => {
      const choice = choices[Number(list.value)]!;
      rememberInAddress({[key]: choice.id ?? choice.label});
      tell();
    });
    onReturn(field, () => {
      tell();
      if (list.value === asAsked()) return;
      list.value = asAsked();
      field.dispatchEvent(new Event("input", {bubbles: true}));
    });
  }
  return Object.defineProperty(field, "value", {
    get: () => choices[Number(list.value)]?.value
  }) as Input<T>;
}

/** A labelled line for words to look for; its value is empty without any. The address keeps it under `key`. */
export function searchField({label, key}: {label: string; key: string}): Input<string> {
  const id = freshId("search");
  const input = html`<input
    id=${id}
    type="search"
    value=${fromAddress(key) ?? ""}
    autocomplete="off"
  />` as HTMLInputElement;
  input.addEventListener("input", () =>
    rememberInAddress({[key]: input.value === "" ? undefined : input.value}, {replace: true})
  );
  const field = html`<div class="field"><label for=${id}>${label}</label>${input}</div>`;
  onReturn(field, () => {
    if (input.value === (fromAddress(key) ?? "")) return;
    input.value = fromAddress(key) ?? "";
    field.dispatchEvent(new Event("input", {bubbles: true}));
  });
  return Object.defineProperty(field, "value", {get: () => input.value.trim()}) as Input<string>;
}

/** Several inputs in one row; its value holds the value of each by name. */
export function form<T extends object>(inputs: {[K in keyof T]: Input<T[K]>}, label: string): Input<T> {
  const fields = Object.entries(inputs) as [keyof T, Input<T[keyof T]>][];
  const node = folded(
    label,
    html`<div class="form" role="group" aria-label=${label}>${fields.map(([, input]) => input)}</div>`
  );
  return Object.defineProperty(node, "value", {
    get: () => Object.fromEntries(fields.map(([name, input]) => [name, input.value]))
  }) as Input<T>;
}

/** Something that a phone shows when it is asked for; elsewhere it is there, and the summary is not. */
export function folded(summary: string, content: Node): HTMLElement {
  const wide = matchMedia("(min-width: 601px)").matches;
  const told = "querySelector" in content && (content as Element).querySelector(".notice") !== null;
  return html`<details class="fold" open=${wide || told}>
    <summary>${summary}</summary>
    ${content}
  </details>`;
}

export interface SliderOptions {
  label: string;
  min: number;
  max: number;
  value: number;
  /** The value as it is shown and read out. */
  write(value: number): string;
  /** Where the page's address keeps the value, as its number; nowhere by default. */
  key?: string;
}

/** A labelled range of whole numbers that arrow keys move through. */
export function slider({label, min, max, value, write, key}: SliderOptions): Input<number> {
  const id = freshId("slider");
  const wanted = () => (key === undefined ? null : fromAddress(key));
  const known = () => {
    const found = Number(wanted());
    return wanted() !== null && Number.isInteger(found) && found >= min && found <= max;
  };
  const inAddress = () => (known() ? Number(wanted()) : value);
  const input = html`<input
    id=${id}
    type="range"
    min=${min}
    max=${max}
    value=${inAddress()}
    step="1"
  />` as HTMLInputElement;
  const output = html`<output for=${id}></output>`;
  const show = () => {
    output.textContent = write(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", show);
  show();
  const field = html`<div class="field">
    <label for=${id}>${label}</label><span class="slider">${input}${output}</span>
  </div>`;
  const notice = addressNotice(field.querySelector<HTMLElement>(".slider")!);
  const tell = () => {
    const asked = wanted();
    notice(asked === null || known() ? undefined : missingText({asked, label, shown: write(value)}));
  };
  tell();
  if (key !== undefined) {
    // A step on the way is no place to go back to.
    input.addEventListener("input", () => {
      rememberInAddress({[key]: input.value}, {replace: true});
      tell();
    });
    onReturn(field, () => {
      tell();
      if (Number(input.value) === inAddress()) return;
      input.value = String(inAddress());
      show();
      field.dispatchEvent(new Event("input", {bubbles: true}));
    });
  }
  return Object.defineProperty(field, "value", {get: () => Number(input.value)}) as Input<number>;
}
