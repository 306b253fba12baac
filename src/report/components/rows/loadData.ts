import {CHANGES_FILE} from "../../site/detailFiles.js";
import type {RowChanges} from "../../site/detailTypes.js";
import type {RunView} from "../../site/types.js";

/**
 * A file that a page loader printed and that no page names beforehand. Throws `missing`, a sentence for the reader, when it is not part
 * of the site.
 */
export async function loadData(file: string, missing: string): Promise<Response> {
  const path = `data/${file}`;
  // A built site has the file beside its pages; the preview server keeps loader outputs below "_file".
  let response = await fetch(`./${path}`);
  if (!response.ok) response = await fetch(`./_file/${path}`);
  if (!response.ok) throw new Error(missing);
  return response;
}

/** What changed row by row since the run before; null without one. Throws a sentence for the reader when it cannot be had. */
export async function loadRowChanges(run: RunView): Promise<RowChanges | null> {
  const response = await loadData(
    `rows/${encodeURIComponent(run.id)}/${CHANGES_FILE}`,
    `What changed in run ${run.id} is not part of this site. Build the site again.`
  );
  return (await response.json()) as RowChanges | null;
}
