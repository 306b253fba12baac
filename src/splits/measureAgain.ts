import {existsSync} from "node:fs";
import {join} from "node:path";
import {nearDuplicates, type NearDuplicateSettings, versionFile} from "../datasets/index.js";
import {
  readJson,
  type SplitManifest,
  sqlString,
  type Store,
  withLock,
  writeJsonAtomic
} from "../store/index.js";
import {MEASURES_EDITION, measureSplit, type SplitMeasures} from "./measure.js";

/** Whether a split lacks measures that there are by now, or that another machine could take: those of meaning. */
export function lacksMeasures({measures}: SplitManifest): boolean {
  const {edition, embeddingMissing} = measures as Partial<SplitMeasures>;
  return edition !== MEASURES_EDITION || embeddingMissing !== undefined;
}

/**
 * Measures the splits of a data set that lack measures; its parts stay as they are. Gives those measured, oldest first; a split
 * whose version is gone is left alone.
 */
export async function measureAgain(store: Store, dataset: string): Promise<SplitManifest[]> {
  const versions = await store.versions(dataset);
  const measured: SplitManifest[] = [];
  for (const split of (await store.splits(dataset)).filter(lacksMeasures)) {
    const version = versions.find(({id}) => id === split.version);
    if (!version || !existsSync(versionFile(store.workspace, version))) continue;
    const folder = store.workspace.splitDir(dataset, split.id);
    await withLock(
      store.workspace.lockPath(`split-${dataset}-${split.id}`),
      {what: `measuring a split of ${dataset}`, waitMs: 120_000},
      async () => {
        const rows = `read_parquet(${sqlString(versionFile(store.workspace, version))})`;
        const assigned = `read_parquet(${sqlString(join(folder, "parts.parquet"))})`;
        const settings = split.settings.near as NearDuplicateSettings | undefined;
        const duplicates = version.text ? await nearDuplicates(store, version, settings) : undefined;
        const file = join(folder, "manifest.json");
        const measures = {...(await measureSplit(store, version, rows, assigned, duplicates))};
        // Read again: rows may have been erased from it meanwhile.
        const made = {...((await readJson<SplitManifest>(file)) ?? split), measures};
        await writeJsonAtomic(file, made);
        measured.push(made);
      }
    );
  }
  if (measured.length > 0) await store.refresh();
  return measured;
}
