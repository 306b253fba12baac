import {emptyRecord} from "../../base/validation/memberOf.js";
import {currentMeasures, type SplitLeak, splitLeaks} from "../../data/splits/index.js";
import {hashJson} from "../../base/system/index.js";
import {
  hasRows,
  heldOutRecords,
  openRows,
  readCached,
  splitParts,
  type SplitManifest,
  type Store,
  type VersionManifest,
  writeCached
} from "../../base/store/index.js";
import type {LeaksView} from "./dataTypes.js";
import {maskedExcerpts} from "./excerpts.js";

/** Raise it when the same split would be described otherwise. */
const EDITION = 1;

/** Rows shown of each measure. */
const SHOWN = 10;

/** Pages do not look for the rows that leak among more rows by themselves: the command does. */
const MOST_ROWS = 100_000;

/**
 * All rows of a split's test part that its training part knows. Computed once and kept in the store. Undefined when its rows are
 * gone, are too many, or an older edition measured it.
 */
export async function leakingRows(
  store: Store,
  version: VersionManifest,
  split: SplitManifest,
  heldOut: readonly SplitManifest[]
): Promise<SplitLeak[] | undefined> {
  const tooMany = version.rows > MOST_ROWS;
  if (tooMany || currentMeasures(split).edition === undefined) return undefined;
  if (!(await hasRows(store.workspace, version)) || !(await splitParts(store.workspace, split)))
    return undefined;
  const key = await leaksKey(store, version, split, heldOut);
  const name = `leaking-rows-${version.dataset}-${split.id}`;
  const kept = await readCached<{key: string; leaks: SplitLeak[]}>(store.workspace, name);
  if (kept?.key === key) return kept.leaks;
  const leaks = await splitLeaks(store, split);
  await writeCached(store.workspace, name, {key, leaks});
  return leaks;
}

/** Rows are held out by splits, and by an import without any split. */
async function leaksKey(
  {workspace}: Store,
  version: VersionManifest,
  split: SplitManifest,
  heldOut: readonly SplitManifest[]
): Promise<string> {
  return hashJson([
    EDITION,
    hashJson(version),
    hashJson(split),
    heldOut.map(({id, counts}) => [id, counts["held-out"]]),
    (await heldOutRecords(workspace, version.dataset)).map(({id, rows}) => [id, rows])
  ]);
}

/**
 * The same, a few of each measure, with their texts. Computed once and kept in the store.
 * @param excerpts whether masked words of rows may be shown; otherwise only ids
 */
export async function leaksView(
  store: Store,
  version: VersionManifest,
  split: SplitManifest,
  {excerpts, heldOut}: {excerpts: boolean; heldOut: readonly SplitManifest[]}
): Promise<LeaksView | undefined> {
  const found = await leakingRows(store, version, split, heldOut);
  if (!found) return undefined;
  const key = hashJson([await leaksKey(store, version, split, heldOut), excerpts]);
  const name = `leaks-${version.dataset}-${split.id}`;
  const kept = await readCached<{key: string; leaks: LeaksView}>(store.workspace, name);
  if (kept?.key === key) return kept.leaks;
  const counts: LeaksView["counts"] = emptyRecord();
  const shown = found.filter(({measure}) => {
    counts[measure] = (counts[measure] ?? 0) + 1;
    return counts[measure] <= SHOWN;
  });
  const texts = excerpts
    ? await maskedExcerpts(
        store,
        version,
        `(${await openRows(store.workspace, version)})`,
        shown.flatMap(({row, known}) => [row, known])
      )
    : new Map<string, string>();
  const leaks: LeaksView = {
    rows: new Set(found.map(({row}) => row)).size,
    counts,
    shown: shown.map((leak) => ({
      ...leak,
      excerpt: texts.get(leak.row) ?? null,
      knownExcerpt: texts.get(leak.known) ?? null
    }))
  };
  await writeCached(store.workspace, name, {key, leaks});
  return leaks;
}
