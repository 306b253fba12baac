import {join} from "node:path";
import {readJson} from "./files.js";
import type {RunManifest, SplitManifest, VersionManifest} from "./schema.js";
import {listFolders, type Workspace} from "./workspace.js";

/** Versions of one data set, or of all, by data set and time of the pull. */
export async function readVersions(workspace: Workspace, dataset?: string): Promise<VersionManifest[]> {
  const found: VersionManifest[] = [];
  for (const name of dataset ? [dataset] : await listFolders(join(workspace.dir, "datasets")))
    for (const version of await listFolders(workspace.datasetDir(name))) {
      const manifest = await readJson<VersionManifest>(
        join(workspace.datasetDir(name, version), "manifest.json")
      );
      if (manifest) found.push(manifest);
    }
  return found.sort((a, b) => a.dataset.localeCompare(b.dataset) || a.pulledAt.localeCompare(b.pulledAt));
}

/** Splits of one data set, or of all, oldest first. */
export async function readSplits(workspace: Workspace, dataset?: string): Promise<SplitManifest[]> {
  const found: SplitManifest[] = [];
  for (const name of dataset ? [dataset] : await listFolders(join(workspace.dir, "splits")))
    for (const id of await listFolders(join(workspace.dir, "splits", name))) {
      const manifest = await readJson<SplitManifest>(join(workspace.splitDir(name, id), "manifest.json"));
      if (manifest) found.push(manifest);
    }
  return found.sort((a, b) => a.madeAt.localeCompare(b.madeAt));
}

/** Sealed runs, oldest first. */
export async function readRuns(workspace: Workspace): Promise<RunManifest[]> {
  const found: RunManifest[] = [];
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const manifest = await readJson<RunManifest>(join(workspace.runDir(id), "manifest.json"));
    if (manifest) found.push(manifest);
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

/** Records of the models, in the order of their ids. */
export async function readModels(workspace: Workspace): Promise<object[]> {
  const found: object[] = [];
  for (const id of await listFolders(join(workspace.dir, "models"))) {
    const manifest = await readJson<object>(join(workspace.modelDir(id), "manifest.json"));
    if (manifest) found.push(manifest);
  }
  return found;
}
