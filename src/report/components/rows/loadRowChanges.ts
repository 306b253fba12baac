import {CHANGES_FILE} from "../../site/detailFiles.js";
import type {RowChanges} from "../../site/detailTypes.js";
import type {RunView} from "../../site/types.js";
import {loadData} from "./loadData.js";

/** What changed row by row since the run before; null without one. Throws a sentence for the reader when it cannot be had. */
export async function loadRowChanges(run: RunView): Promise<RowChanges | null> {
  const response = await loadData(
    `rows/${encodeURIComponent(run.id)}/${CHANGES_FILE}`,
    `What changed in run ${run.id} is not part of this site. Build the site again.`
  );
  return (await response.json()) as RowChanges | null;
}
