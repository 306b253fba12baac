import type {Store} from "../store/index.js";
import {comparisons} from "./comparisons.js";
import {comparisonsFile, detailFile, DETAILS_PER_FILE} from "./detailFiles.js";
import {rowDetails} from "./rowDetails.js";
import {tarArchive} from "./tarArchive.js";

/** The files with the details of a run's rows and with its comparisons, as an archive: a page loads the one that it shows. */
export async function detailArchive(store: Store, run: string): Promise<Uint8Array> {
  const files: {name: string; content: string}[] = [];
  for await (const file of rowDetails(store, run))
    files.push({name: detailFile(files.length * DETAILS_PER_FILE), content: JSON.stringify(file)});
  let scorer = 0;
  for await (const found of comparisons(store, run))
    files.push({name: comparisonsFile(scorer++), content: JSON.stringify(found)});
  return tarArchive(files);
}
