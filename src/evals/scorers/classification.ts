import {references} from "./references.js";
import {checkOptions, oneOfOption, textList} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface ClassificationOptions {
  /** The labels there are; an output that names one in another spelling is read as that label. */
  labels?: readonly string[];
  /**
   * "exact": the trimmed output is the label. "loose": letter case, quotes and markup around it, final
   * punctuation, a leading "Label:" (in any order: "**Label:** spam", "*Answer: spam.*") and the choice of blank, hyphen or underscore do not matter, except between labels that
   * differ in nothing else ("A" and "A*", "IT" and "it") and in labels that are signs only ("**"): these are compared
   * exactly. Default "loose" when labels are given, else "exact".
   */
  normalize?: "exact" | "loose";
  /** What decides: the share of rows that are right ("accuracy", default) or "f1_macro", as scikit-learn calls it. */
  average?: "accuracy" | "f1_macro";
}

/**
 * 1 when the output is the expected label, else 0; details {expected, predicted}. An output that is none of the
 * labels is kept as it is: an invented label is a wrong answer, not a failure. With `average: "f1_macro"` what
 * decides is macro F1 over the labels that rows expect; the statistics' `classificationReport` gives the rest from the details.
 *
 * @example `await classification()({output: "billing", expected: "billing"})` gives `{value: 1, details: {expected: "billing", predicted: "billing"}}`
 */
export function classification(options: ClassificationOptions = {}): Scorer {
  checkOptions<ClassificationOptions>("classification", options, {
    labels: textList,
    normalize: oneOfOption("exact", "loose"),
    average: oneOfOption("accuracy", "f1_macro")
  });
  const {labels, normalize = labels ? "loose" : "exact"} = options;
  const key = normalize === "loose" ? looseKey(labels ?? []) : trimmedLabel;
  const isMacro = options.average === "f1_macro";
  const known = new Map((labels ?? []).map((label) => [key(label), label]));
  const check = (expected: unknown): string | undefined => {
    const label = labelOf(expected);
    if (label === undefined) return NO_LABEL;
    return labels && !known.has(key(label))
      ? `the row's expected label ${JSON.stringify(label).slice(0, 60)} is none of ${labels.slice(0, 8).join(", ")}${labels.length > 8 ? " …" : ""}`
      : undefined;
  };
  const score: Scorer = ({output, expected: given}) => {
    const expected = labelOf(given);
    if (expected === undefined) return {failed: NO_LABEL};
    const read = (text: string) => known.get(key(text)) ?? (labels ? text.trim() : key(text));
    const predicted = read(output);
    const wanted = known.get(key(expected)) ?? expected.trim();
    const correct = key(predicted) === key(wanted);
    return {value: correct ? 1 : 0, details: {expected: wanted, predicted: correct ? wanted : predicted}};
  };
  return withSettings(
    score,
    {labels: labels ? [...labels] : null, normalize, average: isMacro ? "f1_macro" : "accuracy"},
    {
      module: import.meta.url,
      check,
      corpus: isMacro ? {figure: "macroF1"} : undefined,
      bounds: isMacro ? [0, 1] : undefined
    }
  );
}

const NO_LABEL = "the row's expected value is no label: it is empty, or neither text nor a number";

/** A label as text: a number or a boolean is its text. Undefined for anything else, a list and an empty text. */
function labelOf(expected: unknown): string | undefined {
  if (Array.isArray(expected)) return undefined;
  const [label] = references(expected) ?? [];
  return label === undefined || label.trim() === "" ? undefined : label;
}

function trimmedLabel(text: string): string {
  return text.trim();
}

/** The loose form of a text where it names one label only, else the text. */
function looseKey(labels: readonly string[]): (text: string) => string {
  const forms = [...new Set(labels.map(trimmedLabel))].map(looseLabel);
  const shared = new Set(forms.filter((form, i) => forms.indexOf(form) < i));
  return (text) => {
    const form = looseLabel(text);
    return form === "" || shared.has(form) ? trimmedLabel(text) : form;
  };
}

function looseLabel(text: string): string {
  let named = text.normalize("NFKC");
  for (let before; before !== named;) {
    before = named;
    named = withoutMarkup(named).replace(PREFIX, "");
  }
  return named.replace(/[\s_-]+/g, " ").toLowerCase();
}

const PREFIX = /^(?:label|class|category|intent|answer)["'`*_“”‘’«»]*\s*[:=]/i;
const BEFORE = /["'`*_“”‘’«»\s]/;
const AFTER = /["'`*_“”‘’«»\s.,;:!?。、]/;

/** By a loop: an expression tries every run of full stops within the text. */
function withoutMarkup(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BEFORE.test(text.charAt(start))) start++;
  while (end > start && AFTER.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
