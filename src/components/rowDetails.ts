import type {DetailFile, RowDetail} from "../site/detailTypes.js";
import {DETAILS_PER_FILE} from "../site/detailFiles.js";
import {loadData} from "./loadData.js";

const loading = new Map<string, Promise<DetailFile>>();

/** The texts of the row at this place among those that have any. Throws a sentence for the reader when they cannot be had. */
export async function loadDetail(run: string, place: number): Promise<RowDetail | undefined> {
  const {rows} = await loadDetails(run, Math.floor(place / DETAILS_PER_FILE));
  return rows[place % DETAILS_PER_FILE];
}

/** One file of texts, fetched once. */
export function loadDetails(run: string, file: number): Promise<DetailFile> {
  const path = `details/${encodeURIComponent(run)}/${file}.json`;
  let found = loading.get(path);
  if (!found) {
    found = loadData(
      path,
      `The texts of run ${run}'s rows are not part of this site. Build the site again.`
    ).then((response) => response.json() as Promise<DetailFile>);
    loading.set(path, found);
    found.catch(() => loading.delete(path));
  }
  return found;
}
