import {mean} from "../../base/stats/index.js";
import {corpusFigureName, decidingValues} from "./columns.js";
import {formatCount, listNames} from "./points.js";
import type {ScoreTable} from "./types.js";

/** Below so many rows a jackknife interval is rough. */
const FEW_ROWS = 30;
/** A label of so few rows comes and goes with them. */
const FEW_OF_LABEL = 2;

/** Where the interval of a corpus figure is rough; none where the mean of rows decides. */
export function corpusWarnings(table: ScoreTable): string[] {
  const {corpus, candidates: candidates} = table;
  const name = corpusFigureName(table);
  if (!corpus || name === undefined) return [];
  const scored = candidates
    .map((candidate) => decidingValues(table, candidate))
    .filter((own) => mean(own) !== undefined);
  const rows = Math.min(...scored.map((own) => own.filter((value) => value !== undefined).length));
  const few =
    rows < FEW_ROWS
      ? [`${name} is a figure of ${formatCount(rows)} ${rows === 1 ? "row" : "rows"}: its interval is rough.`]
      : [];
  return [...few, ...rareLabels(table)];
}

function rareLabels({rowIds, corpus}: ScoreTable): string[] {
  if (corpus?.figure.figure !== "macroF1") return [];
  const support = new Map<string, number>();
  for (const row of rowIds.keys()) {
    const label = corpus.counts.map((own) => own[row]?.[0]).find((one) => one !== undefined);
    if (label !== undefined) support.set(String(label), (support.get(String(label)) ?? 0) + 1);
  }
  const rare = [...support].filter(([, n]) => n <= FEW_OF_LABEL).map(([label]) => label);
  if (rare.length === 0) return [];
  // Labels of held-out rows are hashes.
  const names = rare.filter((label) => !label.startsWith("held-out-")).sort();
  const [have, count] = rare.length === 1 ? ["has", "counts"] : ["have", "count"];
  return [
    `${rare.length} of ${support.size} labels ${have} one or two rows${names.length > 0 ? ` (${listNames(names)})` : ""} and ${count} in macro F1 as much as any other: its interval is rough.`
  ];
}
