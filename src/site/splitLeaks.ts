import {currentMeasures, splitLeaks} from "../splits/index.js";
import {
  hashJson,
  hasRows,
  openRows,
  readCached,
  type SplitManifest,
  type Store,
  type VersionManifest,
  writeCached
} from "../store/index.js";
import type {LeaksView} from "./dataTypes.js";
import {maskedExcerpts} from "./excerpts.js";

/** Raise it when the same split would be described otherwise. */
const EDITION = 1;

/** Rows shown of each measure. */
const SHOWN = 10;

/** Pages do not look for the rows that leak among more rows by themselves: the command does. */
const MOST_ROWS = 100_000;

/**
 * The rows of a split's test part that its training part knows, a few of each measure. Computed once and kept in the store.
 * Undefined when its rows are gone, are too many, or an older edition measured it.
 * @param excerpts whether masked words of rows may be shown; otherwise only ids
 */
export async function leaksView(
  store: Store,
  version: VersionManifest,
  split: SplitManifest,
  {excerpts, heldOut}: {excerpts: boolean; heldOut: readonly SplitManifest[]}
): Promise<LeaksView | undefined> {
  const tooMany = version.rows > MOST_ROWS;
  if (tooMany || currentMeasures(split).edition === undefined) return undefined;
  if (!(await hasRows(store.workspace, version))) return undefined;
  const key = hashJson([
    EDITION,
    hashJson(version),
    hashJson(split),
    heldOut.map(({id, counts}) => [id, counts["held-out"]]),
    excerpts
  ]);
  const name = `leaks-${version.dataset}-${split.id}`;
  const kept = await readCached<{key: string; leaks: LeaksView}>(store.workspace, name);
  if (kept?.key === key) return kept.leaks;
  const found = await splitLeaks(store, split);
  const counts: LeaksView["counts"] = {};
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
