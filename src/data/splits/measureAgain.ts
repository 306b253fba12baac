import {nearDuplicates, type NearDuplicateSettings} from "../datasets/index.js";
import {
  hasRows,
  readSplit,
  type SplitManifest,
  splitParts,
  type Store,
  versionRows,
  writeSplit
} from "../../base/store/index.js";
import {lacksMeasures} from "./currentMeasures.js";
import {type EnsureSplitOptions, openLabels} from "./ensureSplit.js";
import {measureSplit} from "./measure.js";

/**
 * Measures the splits of a dataset that lack measures; its parts stay as they are. Gives those measured, oldest first; a split
 * whose version is gone is left alone.
 */
export async function measureAgain(
  store: Store,
  dataset: string,
  {onMessage}: Pick<EnsureSplitOptions, "onMessage"> = {}
): Promise<SplitManifest[]> {
  const versions = await store.versions(dataset);
  const measured: SplitManifest[] = [];
  for (const split of (await store.splits(dataset)).filter(lacksMeasures)) {
    const version = versions.find(({id}) => id === split.version);
    if (!version || !(await hasRows(store.workspace, version))) continue;
    await store.workspace.lease(
      `split-${dataset}-${split.id}`,
      {what: `measuring a split of ${dataset}`, waitMs: 120_000},
      async () => {
        const rows = await versionRows(store.workspace, version);
        const assigned = (await splitParts(store.workspace, split))!;
        const settings = split.settings.near as NearDuplicateSettings | undefined;
        const duplicates = version.text ? await nearDuplicates(store, version, settings) : undefined;
        const measures = {
          ...(await measureSplit(store, version, rows, assigned, {near: duplicates, onMessage}))
        };
        // Read again: rows may have been erased from it meanwhile.
        const now = (await readSplit(store.workspace, split)) ?? split;
        const made = {...now, measures, ...(await openLabels(store, now))};
        await writeSplit(store.workspace, made);
        measured.push(made);
      }
    );
  }
  if (measured.length > 0) store.refresh();
  return measured;
}
