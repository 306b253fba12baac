import type {Store} from "../store/index.js";
import {comparisons} from "./comparisons.js";
import {comparisonsFile, detailFile, DETAILS_PER_FILE} from "./detailFiles.js";
import {rowDetails} from "./rowDetails.js";
import {type RowFile, runRows} from "./runRows.js";
import {tarArchive} from "./tarArchive.js";

/** All files about a run's rows as an archive, their texts and the run's comparisons among them: a page loads those that it shows. */
export async function rowArchive(store: Store, run: string): Promise<Uint8Array> {
  return tarArchive(await archivedFiles(store, run), {compressed: false});
}

/** The files of that archive. */
export async function archivedFiles(store: Store, run: string): Promise<RowFile[]> {
  const files = await runRows(store, run);
  let details = 0;
  for await (const file of rowDetails(store, run))
    files.push({name: detailFile(DETAILS_PER_FILE * details++), content: JSON.stringify(file)});
  let scorer = 0;
  for await (const found of comparisons(store, run))
    files.push({name: comparisonsFile(scorer++), content: JSON.stringify(found)});
  return files;
}
