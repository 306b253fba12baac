import {UserError} from "../../base/validation/index.js";
import type {SplitManifest, Store, VersionManifest} from "../../base/store/index.js";

/**
 * The split of a version that `--split` names by its id or name; without a name the only one. Of several it chooses none: one
 * split trains on rows that another tests.
 */
export async function chosenSplit(
  store: Store,
  version: Pick<VersionManifest, "dataset" | "id">,
  wanted: string | undefined
): Promise<SplitManifest> {
  const of = `${version.dataset}@${version.id}`;
  const splits = (await store.splits(version.dataset)).filter((split) => split.version === version.id);
  const exact = splits.find(({id}) => id === wanted);
  if (exact) return exact;
  const named = wanted === undefined ? splits : splits.filter(({name}) => name === wanted);
  if (named.length === 1) return named[0]!;
  if (named.length > 1)
    throw new UserError(
      `${of} has ${named.length} splits${wanted === undefined ? "" : ` named ${wanted}`}, and a row that one trains on another may test. Say which: \`--split ${wanted === undefined ? "NAME" : "ID"}\`. It has ${splitList(named)}.`
    );
  throw new UserError(
    splits.length > 0
      ? `${of} has no split ${wanted!}. It has ${splitList(splits)}.`
      : `${of} has no split yet, so its training rows are not known. Run \`assay split ${version.dataset}\`.`
  );
}

/** "group (0fa80989eac2ecad, 57 train, 12 validation, 11 test)" of each, oldest first. */
function splitList(splits: readonly SplitManifest[]): string {
  return splits
    .map(({id, name, counts}) => {
      const parts = Object.entries(counts).map(([part, rows]) => `${rows} ${part}`);
      return `${name} (${[id, ...parts].join(", ")})`;
    })
    .join("; ");
}
