import type {DetailFile, RowDetail} from "../../site/detailTypes.js";
import {detailFile, DETAILS_PER_FILE} from "../../site/detailFiles.js";
import {placesFile, type RowPlace} from "../../site/rowFiles.js";
import type {RunView} from "../../site/types.js";
import {loadData} from "./loadData.js";
import {fetchRowFile} from "./runRows.js";

const loading = new Map<string, Promise<DetailFile>>();

/** The texts of the row at this place among those that have any. Throws a sentence for the reader when they cannot be had. */
export async function loadDetail(run: string, place: number): Promise<RowDetail | undefined> {
  const {rows} = await loadDetails(run, Math.floor(place / DETAILS_PER_FILE));
  return rows[place % DETAILS_PER_FILE];
}

/** One file of texts, fetched once. */
export function loadDetails(run: string, file: number): Promise<DetailFile> {
  const path = `rows/${encodeURIComponent(run)}/${detailFile(file * DETAILS_PER_FILE)}`;
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

/** Where the row of this id stands in a run; undefined when the run has no such row. */
export async function rowPlace(run: RunView, id: string): Promise<RowPlace | undefined> {
  const file = await fetchRowFile(run.id, placesFile(id, run.rows));
  const places = JSON.parse(new TextDecoder().decode(file)) as Record<string, RowPlace>;
  return Object.hasOwn(places, id) ? places[id] : undefined;
}
