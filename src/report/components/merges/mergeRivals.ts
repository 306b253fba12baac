import type {ModelManifest, ModelsData, RunView} from "../../site/types.js";
import {comparisonsWith} from "../../../evals/decisions/cut.js";
import type {Comparison} from "../../../evals/decisions/types.js";
import {holm} from "../../../base/stats/index.js";
import type {ShownComparison} from "../rows/comparisons.js";

export interface MergedCandidate {
  candidate: string;
  model: ModelManifest;
}

/** A merge and what it has to beat; a rival is absent where it was no candidate of the run. */
export interface MergeLine extends MergedCandidate {
  mean?: number;
  low?: number;
  high?: number;
  base?: Comparison;
  parent?: Comparison;
  other?: Comparison;
}

/**
 * Each merge minus the base of its parents, its best parent and the best candidate that is no merge, the best merge first. P values are
 * Holm-adjusted over all of these comparisons.
 */
export function mergeLines(
  merged: readonly MergedCandidate[],
  {run, data, found}: {run: RunView; data: ModelsData; found: ShownComparison}
): MergeLine[] {
  const {summaries} = found.verdict;
  const names = new Set(merged.map(({candidate}) => candidate));
  const ranked = summaries.map(({candidate}) => candidate);
  const best = ranked.find((candidate) => !names.has(candidate));
  const lines = merged.map(({candidate, model}): MergeLine => {
    const pairs = comparisonsWith(found.shown, candidate);
    const against = (rival: string | undefined) => pairs.find(({b}) => b === rival);
    const base = baseOf(model, data);
    const parents = new Set(model.parents.map(({id}) => id).filter((id) => id !== base));
    const {mean, low, high} = summaries.find((one) => one.candidate === candidate) ?? {};
    return {
      candidate,
      model,
      mean,
      low,
      high,
      base: against(
        ranked.find((name) => name !== candidate && base !== undefined && modelOf(run, name) === base)
      ),
      parent: against(ranked.find((name) => name !== candidate && parents.has(modelOf(run, name) ?? ""))),
      other: against(best)
    };
  });
  correct(lines);
  return lines.sort((a, b) => ranked.indexOf(a.candidate) - ranked.indexOf(b.candidate));
}

function modelOf(run: RunView, candidate: string): string | undefined {
  return run.candidates.find(({name}) => name === candidate)?.modelId;
}

/** The nearest model that all its parents come from, else the base that its recipe names: with SLERP that is a parent. */
function baseOf(model: MergedCandidate["model"], data: ModelsData): string | undefined {
  const byId = new Map(data.models.map((one) => [one.id, one]));
  const origins = model.parents.map(({id}) => {
    const line = [id];
    for (const one of line)
      for (const parent of byId.get(one)?.parents ?? []) if (!line.includes(parent.id)) line.push(parent.id);
    return line;
  });
  return (
    origins[0]?.find((id) => origins.every((line) => line.includes(id))) ??
    model.parents.find(({name}) => name === model.merge?.base)?.id
  );
}

/** A rival may stand in two columns: it is compared once. */
function correct(lines: readonly MergeLine[]): void {
  const pairs = [...new Set(lines.flatMap(({base, parent, other}) => [base, parent, other]))].filter(
    (pair) => pair !== undefined
  );
  const adjusted = holm(pairs.map(({pValue}) => pValue));
  pairs.forEach((pair, i) => (pair.adjustedP = adjusted[i]));
}
