import {readdir, rm, stat} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {isWithin} from "../../base/system/index.js";
import {
  hubModelsDir,
  modelKey,
  modelsDir,
  putJson,
  type Referrer,
  referrersOf,
  runnableModelsDir,
  type Workspace
} from "../../base/store/index.js";
import {ADAPTED, isAdapter, nameWithId} from "./adapted.js";
import {recordAt} from "./registry.js";
import type {ModelManifest} from "./types.js";

/** What removing a model does, or did. */
export interface ModelRemoval {
  id: string;
  name: string;
  /** Of its files as its record lists them; 0 when they were removed before. */
  bytes: number;
  /** Records that name it: for their sake its own stays, without files. */
  referrers: Referrer[];
  /** Its files lie outside the store and stay there: a path from the project's folder. */
  stays?: string;
}

/**
 * What removing models would do. Throws UserError, with all reasons, when one of them cannot be removed: an adapter that stays
 * needs it, or the store has no files of it and its record is needed.
 */
export async function planRemoval(
  workspace: Workspace,
  models: readonly ModelManifest[],
  known: readonly ModelManifest[]
): Promise<ModelRemoval[]> {
  const going = new Set(models.map(({id}) => id));
  const problems: string[] = [];
  const removals: ModelRemoval[] = [];
  for (const model of models) {
    const {id, name, folder, files, removed} = model;
    const on = known.filter(
      (other) =>
        isAdapter(other) &&
        other.removed === undefined &&
        !going.has(other.id) &&
        other.parents.some((parent) => parent.id === id)
    );
    for (const adapter of on)
      problems.push(`${nameWithId(adapter)} is an adapter on ${nameWithId(model)}: remove both, or neither.`);
    const referrers = (await referrersOf(workspace, id)).filter(
      (one) => !(one.kind === "model" && going.has(one.id))
    );
    const stays = isOwn(workspace, model) ? undefined : (folder ?? "");
    if (stays !== undefined && referrers.length > 0)
      problems.push(
        `${nameWithId(model)} has no files in the store, and ${namedBy(referrers)} its record: there is nothing to remove.`
      );
    const bytes = removed === undefined ? files.reduce((sum, file) => sum + file.bytes, 0) : 0;
    removals.push({id, name, bytes, referrers, stays: stays === "" ? undefined : stays});
  }
  if (problems.length > 0) throw new UserError(`no model was removed. ${problems.join("\n")}`);
  return removals;
}

/** "2 models and 1 run name", for a message. */
export function namedBy(referrers: readonly Referrer[]): string {
  const counts = new Map<string, number>();
  for (const {kind} of referrers) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const all = [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(" and ");
  return `${all} ${referrers.length === 1 ? "names" : "name"}`;
}

/**
 * Removes a model's files: its record, too, unless other records name it. A kill leaves it removed in part, and the same again ends
 * that. Files outside the store stay.
 */
export async function removeModel(
  workspace: Workspace,
  model: ModelManifest,
  {referrers}: Pick<ModelRemoval, "referrers">
): Promise<void> {
  const {place} = workspace;
  const {id, folder} = model;
  if (folder !== undefined && isOwn(workspace, model)) await removeFiles(workspace, model, folder);
  if (referrers.length === 0) await place.remove(modelKey(id));
  else if (folder === undefined) {
    const record = {...model, removed: model.removed ?? new Date().toISOString()};
    await putJson(workspace, modelKey(id, "manifest.json"), record);
    for (const {name} of await place.list(modelKey(id)))
      if (!RECORDS.has(name)) await place.remove(`${modelKey(id)}/${name}`);
  }
  await forgetBuilds(workspace, id);
  await dropUnshared(workspace);
}

/** What says of a model where it came from, how its training went, and of a purge that it learned from erased rows. */
const RECORDS = new Set(["manifest.json", "training.json", "erased-training.json"]);

/** Whether the store keeps a model's files: below its record, or where it fetches and converts them. */
function isOwn(workspace: Workspace, {architecture, folder, files}: ModelManifest): boolean {
  if (folder === undefined) return files.length > 0 && architecture !== ADAPTED;
  const path = resolve(workspace.project, folder);
  return [runnableModelsDir(workspace), hubModelsDir(workspace)].some((own) => isWithin(path, own));
}

async function removeFiles(workspace: Workspace, {files}: ModelManifest, folder: string): Promise<void> {
  const path = resolve(workspace.project, folder);
  // A part of what the hub has would be taken for all of it.
  if (isWithin(path, hubModelsDir(workspace))) await rm(path, {recursive: true, force: true});
  else for (const file of files) await rm(join(path, file.path), {force: true});
}

/** A build's note tells which model was made, with its whole record. */
async function forgetBuilds(workspace: Workspace, id: string): Promise<void> {
  const builds = "models/.builds";
  for (const {name} of await workspace.place.list(builds)) {
    const made = await recordAt(workspace.place, `${builds}/${name}`).catch(() => undefined);
    if (made?.id === id) await workspace.place.remove(`${builds}/${name}`);
  }
}

/** What models share is kept once, as a link of each: what no model links any more goes. */
async function dropUnshared(workspace: Workspace): Promise<void> {
  const shared = join(modelsDir(workspace), ".shared");
  for (const name of await readdir(shared).catch(() => [])) {
    const path = join(shared, name);
    if ((await stat(path)).nlink === 1) await rm(path, {force: true});
  }
}
