import {group} from "d3-array";
import {openRows, type RunManifest, sqlName, sqlString, type Store} from "../../base/store/index.js";
import type {KnownFrom, ShownText} from "./detailTypes.js";
import {leakingRows} from "./splitLeaks.js";

/**
 * The training rows by which some rows of a run's test part are known, by row. `show` gives a text as it may be published. Empty
 * where no row leaks, where that was not measured, and for another part.
 */
export async function knownFromTraining(
  store: Store,
  run: RunManifest,
  ids: readonly string[],
  show: (text: string | null) => ShownText | undefined
): Promise<Map<string, KnownFrom[]>> {
  if (run.split.part !== "test") return new Map();
  const version = (await store.versions(run.dataset.name)).find(({id}) => id === run.dataset.version);
  const splits = await store.splits(run.dataset.name);
  const split = splits.find(({id}) => id === run.split.id);
  if (!version || !split) return new Map();
  const heldOut = splits.filter(({counts}) => counts["held-out"]);
  const asked = new Set(ids);
  const leaks = ((await leakingRows(store, version, split, heldOut)) ?? []).filter(({row}) => asked.has(row));
  if (leaks.length === 0) return new Map();
  const texts = new Map<string, string | null>();
  if (version.text) {
    const known = [...new Set(leaks.map((leak) => leak.known))];
    const rows = await store.rows<{row_id: string; text: string | null}>(
      `select row_id, ${sqlName(version.text)}::varchar as text from (${await openRows(store.workspace, version)})
       where row_id in (${known.map(sqlString).join(", ")})`
    );
    for (const {row_id, text} of rows) texts.set(row_id, text);
  }
  return new Map(
    [...group(leaks, ({row}) => row)].map(([row, own]) => [
      row,
      own.map(({measure, known, similarity}) => ({
        measure,
        row: known,
        similarity,
        text: show(texts.get(known) ?? null)
      }))
    ])
  );
}
