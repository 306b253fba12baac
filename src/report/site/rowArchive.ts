import type {Store} from "../../base/store/index.js";
import {comparisons} from "./comparisons.js";
import {CHANGES_FILE, comparisonsFile, detailFile, DETAILS_PER_FILE} from "./detailFiles.js";
import {publishingOf} from "./publishing.js";
import {PublishedSecrets, refuseSecretNames} from "./publishedSecrets.js";
import {rowChanges} from "./rowChanges.js";
import {rowDetails} from "./rowDetails.js";
import {type RowFile, runRows} from "./runRows.js";
import {tarArchive} from "./tarArchive.js";

/** All files about a run's rows as an archive, their texts and the run's comparisons among them: a page loads those that it shows. */
export async function rowArchive(store: Store, run: string): Promise<Uint8Array> {
  return tarArchive(await archivedFiles(store, run), {compressed: false});
}

/** The files of that archive. Throws a UserError where names, or texts that are published as they are, hold keys or tokens. */
export async function archivedFiles(store: Store, run: string): Promise<RowFile[]> {
  const manifest = (await store.runs({archived: true})).find(({id}) => id === run);
  if (manifest) refuseSecretNames(manifest);
  const files = await runRows(store, run);
  const open = manifest !== undefined && (await publishingOf(store, manifest)) === "text";
  const secrets = new PublishedSecrets();
  let details = 0;
  for await (const file of rowDetails(store, run)) {
    if (open) for (const row of file.rows) secrets.look(row.id, row);
    files.push({name: detailFile(DETAILS_PER_FILE * details++), content: JSON.stringify(file)});
  }
  if (open) for (const {row_id, excerpt} of await excerptsOf(store, run)) secrets.look(row_id, excerpt);
  const changes = manifest ? await rowChanges(store, manifest) : null;
  if (open) for (const change of changes?.rows ?? []) secrets.look(change.row, change);
  files.push({name: CHANGES_FILE, content: JSON.stringify(changes)});
  secrets.refuse(run);
  let scorer = 0;
  for await (const found of comparisons(store, run))
    files.push({name: comparisonsFile(scorer++), content: JSON.stringify(found)});
  return files;
}

function excerptsOf(store: Store, run: string) {
  return store.rows<{row_id: string; excerpt: string}>(
    "select row_id, excerpt from items where run = $run and excerpt is not null",
    {run}
  );
}
