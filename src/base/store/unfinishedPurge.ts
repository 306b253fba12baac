import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "../validation/errors.js";
import {readTombstones, tombstonesKind} from "./kinds/dataset.js";
import {recordsOf} from "./kinds/records.js";
import type {Workspace} from "./kinds/kind.js";

export interface UnfinishedPurge {
  dataset: string;
  /** When it began, as ISO time. */
  since: string;
  /** Who is at it; absent when it was cut off. */
  underWay?: string;
}

/** Purges that have begun and not ended, of one dataset or of all: their rows still stand in some records. */
export async function unfinishedPurges(workspace: Workspace, dataset?: string): Promise<UnfinishedPurge[]> {
  const found: UnfinishedPurge[] = [];
  for await (const {names} of recordsOf(workspace, tombstonesKind, {dataset: dataset!})) {
    // Before the rows are looked at: a purge that ends meanwhile was not cut off.
    const underWay = await livePurge(workspace, names.dataset!);
    const {pending} = await readTombstones(workspace, names.dataset!);
    if (pending !== undefined) found.push({dataset: names.dataset!, since: pending, underWay});
  }
  return found;
}

/** For a person: what such a purge left, and what to do. */
export function unfinishedPurgeText({dataset, since, underWay}: UnfinishedPurge): string {
  if (underWay !== undefined)
    return `${underWay}: its rows are marked and still stand in some records. Wait for it to end, then give the same command again.`;
  return `a purge of ${dataset} that began ${since.slice(0, 16).replace("T", " ")} has not ended: its rows are marked and still stand in some records. Give the same \`assay purge\` command again, which finishes it.`;
}

/** Throws UserError where a purge of a dataset, or of any, has begun and not ended: what reads rows now would spread them. */
export async function refuseUnfinishedPurge(workspace: Workspace, dataset?: string): Promise<void> {
  const found = await unfinishedPurges(workspace, dataset);
  if (found.length > 0) throw new UserError(found.map(unfinishedPurgeText).join("\n"));
}

/** Waits for a purge of a dataset that is under way, in this process or another. */
export async function waitForPurge(
  workspace: Workspace,
  dataset: string,
  {onWait, signal}: {onWait: (message: string) => void; signal?: AbortSignal}
): Promise<void> {
  for (let told = false; ; told = true) {
    const underWay = await livePurge(workspace, dataset);
    if (underWay === undefined) return;
    if (!told) onWait(`${underWay}; waiting for it`);
    await sleep(250, undefined, {signal});
  }
}

async function livePurge(workspace: Workspace, dataset: string): Promise<string | undefined> {
  const held = await workspace.held(`pull-${dataset}`, "exactly");
  return held.find((what) => what.startsWith("a purge of "));
}
