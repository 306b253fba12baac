import {currentMeasures} from "../../data/splits/index.js";
import type {SplitManifest} from "../../base/store/index.js";

/** What the table of splits calls one. */
export function calledInTable({name, strategy, settings}: SplitManifest): string {
  return settings.rolling === undefined ? strategy : name;
}

/** What the columns by embedding stand for, and why they are empty: of some splits alone by their names. */
export function meaningText(splits: readonly SplitManifest[]): string {
  const found = splits.map((split) => currentMeasures(split).embeddingLeakage).find((one) => one);
  const shown = found
    ? `\nneighbour: share of the test part with a training row of cosine ${found.threshold} or more in meaning, copies among them` +
      (found.standardError === undefined
        ? "."
        : `; ± the standard error of a sample of ${found.searched} rows.`) +
      "\ntext distance: of the mean embeddings of test and train (in brackets: by chance)."
    : "";
  const missing = new Map<string, string[]>();
  for (const split of splits) {
    const reason = currentMeasures(split).embeddingMissing?.replace(", or leave encoder candidates out", "");
    if (reason !== undefined) missing.set(reason, [...(missing.get(reason) ?? []), calledInTable(split)]);
  }
  const reasons = [...missing].map(([reason, names]) => {
    const of = names.length === splits.length ? "" : ` of ${names.join(", ")}`;
    return `\nneighbour and text distance${of} are not measured: ${reason}`;
  });
  return shown + reasons.join("");
}
