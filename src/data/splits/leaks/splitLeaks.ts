import {nearDuplicates, type NearDuplicateSettings} from "../../datasets/index.js";
import {UserError} from "../../../base/validation/index.js";
import {hasRows, openRows, splitParts, type SplitManifest, type Store} from "../../../base/store/index.js";
import {columnText} from "../columnText.js";
import {nearDuplicateRows, withSimilarity} from "./nearDuplicateRows.js";
import {sameGroup} from "./sameGroup.js";
import {sameText} from "./sameText.js";
import {sharedRuns} from "./sharedRuns.js";
import {shortTexts} from "./shortTexts.js";
import type {LeakingRow} from "./types.js";

export type LeakMeasure = "same text" | "near-duplicate" | "13 words" | "same group" | "short twin";

export interface SplitLeak extends LeakingRow {
  measure: LeakMeasure;
}

/**
 * The rows of a split's test part that its training part knows: one entry for each test row and measure, measures in the
 * order above, rows in the order of their ids. As many entries of a measure as its share counts, but for rows that another
 * split holds out: they are not listed. Of many short texts those of a sample are. Neighbours in meaning are not listed. Throws UserError
 * when the version's rows or the split's parts are gone.
 */
export async function splitLeaks(store: Store, split: SplitManifest): Promise<SplitLeak[]> {
  const version = (await store.versions(split.dataset)).find(({id}) => id === split.version);
  const assigned = await splitParts(store.workspace, split);
  if (!version || !assigned || !(await hasRows(store.workspace, version)))
    throw new UserError(
      `split ${split.id} of ${split.dataset}: its rows are not in the store any more. Run \`assay pull ${split.dataset}\`, then \`assay split ${split.dataset}\`.`
    );
  const open = `(${await openRows(store.workspace, version)})`;
  // Another split may hold out rows that are in this one's test part.
  const shown = `(select a.* from ${assigned} a semi join ${open} o using (row_id))`;
  const compared = {db: store, rows: open, assigned: shown};
  const found: SplitLeak[] = [];
  const add = (measure: LeakMeasure, rows: readonly LeakingRow[]) => {
    for (const row of rows) found.push({measure, ...row});
  };
  if (version.text) {
    add("same text", (await sameText(compared, version.text)).rows);
    const near = await nearDuplicates(
      store,
      version,
      split.settings.near as NearDuplicateSettings | undefined
    );
    const close = await nearDuplicateRows(compared, near);
    add("near-duplicate", (await withSimilarity(compared, version, near, close)).rows);
    add("13 words", (await sharedRuns(compared, version.text)).rows);
    add("short twin", (await shortTexts(compared, version.text)).rows);
  }
  if (version.group) add("same group", (await sameGroup(compared, columnText(version, version.group))).rows);
  return found;
}
