import {classShift} from "../../../base/stats/shift.js";
import type {SplitManifest, SplitsView} from "../../site/types.js";

/** Rows of the test part that have a match in the training part. */
export interface Leak {
  rows: number;
  share: number;
  /** Test rows looked at: all of them, or a sample. */
  of: number;
  /** Of the share, where a sample was looked at. */
  standardError?: number;
}

export interface LeakKind {
  measure: string;
  name: string;
  what: string;
  /** The role whose column the measure needs. */
  role: "text" | "group";
}

/** Ways in which a test row may be known from training, the plainest first. */
export const LEAKS: readonly LeakKind[] = [
  {
    measure: "exactLeakage",
    name: "Same text",
    what: "case, accents, punctuation and white space aside",
    role: "text"
  },
  {
    measure: "nearLeakage",
    name: "Near-duplicate",
    what: "of one cluster with a training row",
    role: "text"
  },
  {
    measure: "ngramLeakage",
    name: "13 words in a row",
    what: "shared with a training row",
    role: "text"
  },
  {
    measure: "shortTextLeakage",
    name: "Near-twin of a short text",
    what: "TF-IDF cosine 0.8 of character n-grams",
    role: "text"
  },
  {
    measure: "groupLeakage",
    name: "Same group",
    what: "rows of one group on both sides",
    role: "group"
  },
  {
    measure: "embeddingLeakage",
    name: "Close in meaning",
    what: "copies among them",
    role: "text"
  }
];

/** A leakage of a split; undefined when it was not measured. */
export function leakOf(split: SplitManifest, measure: string): Leak | undefined {
  const found = split.measures[measure] as (Partial<Leak> & {searched?: number}) | undefined;
  if (typeof found?.share !== "number" || typeof found.rows !== "number") return undefined;
  const {rows, share, searched = split.counts.test ?? 0, standardError} = found;
  return {rows, share, of: searched, standardError};
}

/** What the recommended split is to the others; undefined when none is. Where nothing was measured none leaks least. */
export function standing({choice, clean}: SplitsView): "recommended" | "leaks least" | "for now" | undefined {
  if (!choice) return undefined;
  if (clean) return "recommended";
  return choice.worst === undefined ? "for now" : "leaks least";
}

/** A measure that is one number; undefined when it was not measured. */
export function measuredNumber(split: SplitManifest, measure: string): number | undefined {
  const found = split.measures[measure];
  return typeof found === "number" ? found : undefined;
}

/** How the classes of test and training differ; undefined when that was not measured. */
export function classShiftOf(split: SplitManifest): ReturnType<typeof classShift> | undefined {
  const psi = measuredNumber(split, "labelPsi");
  const test = split.measures.labelChiSquared as {p?: number} | undefined;
  return psi === undefined ? undefined : classShift({psi, p: test?.p});
}

/** Why a measure that needs a column of this role is missing. */
export function whyMissing({roles, outdated, dataset}: SplitsView, role: "text" | "group" | "label"): string {
  if (!roles[role]) return `not measured: the dataset names no ${role} column`;
  return outdated.length > 0
    ? `not measured in its current form: assay split ${dataset} --measure`
    : "not measured: no rows in test or training";
}

/** What counts as close in meaning, or why that was not measured. */
export function closeness(view: SplitsView): string {
  const found = view.splits.map(({measures}) => ({
    threshold: (measures.embeddingLeakage as {threshold?: number} | undefined)?.threshold,
    missing: measures.embeddingMissing as string | undefined
  }));
  const threshold = found.find((one) => one.threshold !== undefined)?.threshold;
  if (threshold !== undefined) return `cosine ${threshold} or more to a training row`;
  const missing = found.find((one) => one.missing !== undefined)?.missing;
  if (missing !== undefined) return `not measured: ${missing}`;
  return view.roles.text
    ? `not measured yet: assay split ${view.dataset} --measure`
    : whyMissing(view, "text");
}
