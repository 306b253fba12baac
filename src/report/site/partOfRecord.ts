import type {ModelManifest} from "../../weights/models/index.js";
import {
  blindingSalt,
  rowsOfPart,
  type RunManifest,
  shownRowId,
  sqlName,
  sqlString,
  type Store,
  type VersionManifest,
  versionRows
} from "../../base/store/index.js";

/** A part of a split that a model's record names. */
export interface PartOfRecord {
  /** Query giving row_id, row_hash and, where the dataset has one, text. */
  query: string;
  version: VersionManifest;
}

/** The rows of a part that a training names; undefined where the store lacks its version, its split or their rows. */
export async function partOfRecord(
  store: Store,
  record: Pick<NonNullable<ModelManifest["training"]>, "dataset" | "version" | "split" | "part">
): Promise<PartOfRecord | undefined> {
  const named = <T extends {id: string; sha256: string}>(all: T[], name: string) =>
    all.find(({id, sha256}) => id === name || sha256 === name);
  const version = named(await store.versions(record.dataset), record.version);
  const split = named(await store.splits(record.dataset), record.split);
  if (!version || !split) return undefined;
  const columns = `row_id, row_hash, ${textSelection(version)}`;
  const query = await rowsOfPart(store.workspace, version, split, {part: record.part, columns});
  return query === undefined ? undefined : {version, query};
}

/** Query giving the rows that a run scores, by the ids it shows: row_id, own_id, row_hash and text. */
export async function scoredRows(store: Store, run: RunManifest, version: VersionManifest): Promise<string> {
  const final = run.split.part === "held-out";
  const shown = final ? shownRowId("row_id", await blindingSalt(store.workspace, version.dataset)) : "row_id";
  return `select * from (
      select row_id as own_id, ${shown} as row_id, row_hash, ${textSelection(version)} from ${await versionRows(store.workspace, version)})
    semi join (select row_id from items where run = ${sqlString(run.id)}) using (row_id)`;
}

/** Ids of the scored rows that stand in a part, by their content or, in the same dataset, their id, and where asked by their text. */
export async function trainedRowsIn(
  store: Store,
  {version, scored}: {version: VersionManifest; scored: string},
  part: PartOfRecord,
  byText = false
): Promise<string[]> {
  const sameId = version.dataset === part.version.dataset ? "or own_id in (select row_id from part)" : "";
  const sameText =
    byText && version.text && part.version.text
      ? "or text in (select text from part where text is not null)"
      : "";
  const same = await store.rows<{row_id: string}>(
    `with part as (${part.query}) select row_id from (${scored})
     where row_hash in (select row_hash from part) ${sameId} ${sameText}`
  );
  return same.map(({row_id}) => row_id);
}

function textSelection(version: VersionManifest): string {
  return version.text ? `${sqlName(version.text)}::varchar as text` : "null::varchar as text";
}
