import {anyText, listOf, text} from "../../validation/checked.js";
import {fileForm, having} from "../../validation/fileForm.js";
import {datasetKey} from "./dataset.js";
import {isGone} from "./eraseRows.js";
import type {Erased, Erasing, RecordLocation, Kind, Workspace} from "./kind.js";
import {getJson, putJson} from "./records.js";

/** A person's word that findings may stay: all of one rule, or those of one row as long as its content is the same. */
export type Acceptance = {reason: string; acceptedAt: string} & (
  {rule: string; row?: undefined} | {row: string; rowHash: string; rule?: undefined}
);

interface AcceptanceFile {
  kind: "acceptances";
  schemaVersion: 1;
  accepted: Acceptance[];
}

/** What was accepted in a dataset lies beside its versions, so that it outlives scans and pulls. */
export const acceptancesKind: Kind = {
  name: "acceptances",
  at: "datasets/{dataset}/accepted.json",
  erase: eraseAcceptances
};

const FORM = fileForm<AcceptanceFile>(
  {accepted: listOf(having({reason: anyText(), rule: text().optional(), row: text().optional()}))},
  "Restore it from a copy, or remove it and accept again with `assay pii --accept`."
);

/** What was accepted in a dataset, oldest first. */
export async function readAcceptances(
  workspace: Pick<Workspace, "place">,
  dataset: string
): Promise<Acceptance[]> {
  return (await getJson(workspace, datasetKey(dataset, "accepted.json"), FORM))?.accepted ?? [];
}

export async function writeAcceptances(
  workspace: Workspace,
  dataset: string,
  accepted: Acceptance[]
): Promise<void> {
  const file: AcceptanceFile = {kind: "acceptances", schemaVersion: 1, accepted};
  await putJson(workspace, datasetKey(dataset, "accepted.json"), file);
}

/** What a person accepted of an erased row names it by its id. */
async function eraseAcceptances({key, names}: RecordLocation, erasing: Erasing): Promise<Erased> {
  if (names.dataset !== erasing.dataset) return {};
  const kept = await getJson(erasing.workspace, key, FORM);
  if (!kept) return {};
  const left: Acceptance[] = [];
  for (const acceptance of kept.accepted) {
    const {row} = acceptance;
    if (row === undefined || !(await isGone(erasing, row))) left.push(acceptance);
  }
  const gone = kept.accepted.length - left.length;
  if (gone === 0) return {};
  await putJson(erasing.workspace, key, {...kept, accepted: left});
  return {rows: gone};
}
