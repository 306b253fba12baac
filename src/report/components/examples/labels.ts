import {html} from "htl";
import type {RunView} from "../../site/types.js";
import {freshId} from "../text/elements.js";
import {countText} from "../text/format.js";
import {saveFile} from "../notes/saving.js";

/** A person's word on an answer, as `humanLabels` reads it. */
interface SavedLabel {
  id: string;
  output: string;
  score: number;
}

const CHOICES = [
  {text: "Right", score: 1},
  {text: "Partly", score: 0.5},
  {text: "Wrong", score: 0}
];

/**
 * Lets a reader say whether an answer is right. Labels stay in this browser until they are saved as a file, which an eval's
 * `humanLabels` takes.
 */
export function labelButtons(run: RunView, {id, output}: Omit<SavedLabel, "score">): HTMLElement {
  const name = freshId("label");
  const before = savedLabels(run).find((one) => one.id === id && one.output === output)?.score;
  const group = html`<fieldset class="labels">
    <legend class="hidden">Your label</legend>
    ${CHOICES.map(
      ({text, score}) =>
        html`<label
          ><input type="radio" name=${name} value=${score} checked=${score === before} />${text}</label
        >`
    )}
  </fieldset>`;
  group.addEventListener("change", (event) => {
    const score = Number((event.target as HTMLInputElement).value);
    const others = savedLabels(run).filter((one) => one.id !== id || one.output !== output);
    write(run, [...others, {id, output, score}]);
    dispatchEvent(new Event(CHANGED));
  });
  return group;
}

/** Saves the labels that were given here as a file of lines. */
export function saveLabels(run: RunView | null): HTMLElement {
  if (!run) return document.createElement("div");
  const button = html`<button type="button"></button>` as HTMLButtonElement;
  const show = () => {
    const {length} = savedLabels(run);
    button.textContent = `Save ${countText(length)} ${length === 1 ? "label" : "labels"}`;
    button.hidden = length === 0;
  };
  button.addEventListener("click", () => {
    const lines = savedLabels(run).map((label) => `${JSON.stringify(label)}\n`);
    saveFile(`${run.eval}-labels.jsonl`, lines.join(""), "application/x-ndjson");
  });
  addEventListener(CHANGED, show);
  show();
  return button;
}

const CHANGED = "assay-labels";
const storageKey = ({eval: name}: RunView) => `assay-labels ${name}`;

function savedLabels(run: RunView): SavedLabel[] {
  try {
    return JSON.parse(localStorage.getItem(storageKey(run)) ?? "[]") as SavedLabel[];
  } catch {
    return [];
  }
}

function write(run: RunView, labels: readonly SavedLabel[]): void {
  try {
    localStorage.setItem(storageKey(run), JSON.stringify(labels));
  } catch {
    // A browser that keeps nothing loses the label when the page is left.
  }
}
