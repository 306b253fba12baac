import {
  expectedChange,
  expectedText,
  recordChanges,
  regressionsOf,
  type ScoreTable,
  tableAsIn
} from "../../evals/decisions/index.js";
import {baselineRun} from "../../evals/races/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import type {RunChange} from "./decisionTypes.js";

/** What changed since the complete run before this one; undefined when there is none. `margin` in score units. */
export async function changeSince(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  margin: number
): Promise<RunChange | undefined> {
  const before = await baselineRun(store, run, "previous");
  if (!before) return undefined;
  const earlier = await tableAsIn(store, before.id, run);
  const known = new Set(earlier.rowIds);
  const only = (names: readonly string[], others: readonly string[]) =>
    names.filter((name) => !others.includes(name));
  return {
    before: {id: before.id, sealedAt: before.sealedAt},
    rows: {
      now: table.rowIds.length,
      before: earlier.rowIds.length,
      shared: table.rowIds.filter((id) => known.has(id)).length
    },
    differs: await changesBetween(store, run, before),
    sameScorer: isSameScorer(run, before),
    candidates: regressionsOf(table, earlier, {margin}).map(({worse, better, newlyFailed, ...rest}) => ({
      ...rest,
      worse: worse.length,
      better: better.length,
      newlyFailed: newlyFailed.length
    })),
    added: only(table.candidates, earlier.candidates),
    gone: only(earlier.candidates, table.candidates)
  };
}

/** All that two runs of one eval tell apart, in words: what they measured, what was expected, and who was asked in what way. */
export async function changesBetween(store: Store, run: RunManifest, before: RunManifest): Promise<string[]> {
  const {rows} = await expectedChange(store, before.id, run.id);
  const expected = rows > 0 ? [expectedText(rows)] : [];
  return [...changedSettings(run, before), ...expected, ...recordChanges(before, run)];
}

/** What is not the same in two runs of one eval, in words: their scores cannot be compared as they are. */
export function changedSettings(run: RunManifest, before: RunManifest): string[] {
  const prompts = (one: RunManifest) => one.variants.map(({sha256}) => sha256).join();
  return [
    run.dataset.version === before.dataset.version ? "" : "the data version",
    run.split.id === before.split.id ? "" : "the split",
    isSameScorer(run, before) ? "" : "the scorer",
    prompts(run) === prompts(before) ? "" : "the prompt"
  ].filter(Boolean);
}

/** Whether two runs are measured alike: what another scorer did is no change of a candidate. */
export function isSameScorer(run: RunManifest, before: RunManifest): boolean {
  const version = (one: RunManifest) => one.scorers.find(({name}) => name === run.primaryScorer)?.version;
  return version(run) === version(before);
}
