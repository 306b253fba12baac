import {UserError} from "../validation/errors.js";
import {readTombstones, tombstonesKind} from "./kinds/dataset.js";
import {recordsOf} from "./kinds/records.js";
import type {Workspace} from "./kinds/kind.js";

export interface UnfinishedPurge {
  dataset: string;
  /** When it began, as ISO time. */
  since: string;
}

/** Purges that have begun and not ended, of one dataset or of all: their rows still stand in some records. */
export async function unfinishedPurges(workspace: Workspace, dataset?: string): Promise<UnfinishedPurge[]> {
  const found: UnfinishedPurge[] = [];
  for await (const {names} of recordsOf(workspace, tombstonesKind, {dataset: dataset!})) {
    const {pending} = await readTombstones(workspace, names.dataset!);
    if (pending !== undefined) found.push({dataset: names.dataset!, since: pending});
  }
  return found;
}

/** For a person: what such a purge left, and what to do. */
export function unfinishedPurgeText({dataset, since}: UnfinishedPurge): string {
  return `a purge of ${dataset} that began ${since.slice(0, 16).replace("T", " ")} has not ended: its rows are marked and still stand in some records. Give the same \`assay purge\` command again, which finishes it.`;
}

/** Throws UserError where a purge of a dataset, or of any, has begun and not ended: what reads rows now would spread them. */
export async function refuseUnfinishedPurge(workspace: Workspace, dataset?: string): Promise<void> {
  const found = await unfinishedPurges(workspace, dataset);
  if (found.length > 0) throw new UserError(found.map(unfinishedPurgeText).join("\n"));
}
