import {join} from "node:path";
import {UserError} from "./errors.js";
import {readJson} from "./files.js";
import type {RunManifest, SplitManifest, VersionManifest} from "./schema.js";
import {listFolders, type Workspace} from "./workspace.js";

/** What manifests of this Assay say in `schemaVersion`. */
const MANIFEST_SCHEMA = 1;

/** A manifest, or undefined when the file is not there. Throws UserError when another Assay wrote it in another form. */
export async function readManifest<T extends object>(path: string, kind: string): Promise<T | undefined> {
  const manifest = await readJson<T & {kind?: unknown; schemaVersion?: unknown}>(path);
  if (manifest && (manifest.kind !== kind || manifest.schemaVersion !== MANIFEST_SCHEMA))
    throw new UserError(
      `${path} is a ${String(manifest.kind)} of schema ${String(manifest.schemaVersion)}; this Assay reads a ${kind} of schema ${MANIFEST_SCHEMA}. Use the Assay that wrote it, or move its folder out of the store.`
    );
  return manifest;
}

/** Versions of one data set, or of all, by data set and time of the pull. */
export async function readVersions(workspace: Workspace, dataset?: string): Promise<VersionManifest[]> {
  const found: VersionManifest[] = [];
  for (const name of dataset ? [dataset] : await listFolders(join(workspace.dir, "datasets")))
    for (const version of await listFolders(workspace.datasetDir(name))) {
      const manifest = await readManifest<VersionManifest>(
        join(workspace.datasetDir(name, version), "manifest.json"),
        "version"
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
      const manifest = await readManifest<SplitManifest>(
        join(workspace.splitDir(name, id), "manifest.json"),
        "split"
      );
      if (manifest) found.push(manifest);
    }
  return found.sort((a, b) => a.madeAt.localeCompare(b.madeAt));
}

/** Sealed runs, oldest first. */
export async function readRuns(workspace: Workspace): Promise<RunManifest[]> {
  const found: RunManifest[] = [];
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const manifest = await readManifest<RunManifest>(join(workspace.runDir(id), "manifest.json"), "run");
    if (manifest) found.push(manifest);
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

/** Records of the models, in the order of their ids. */
export async function readModels(workspace: Workspace): Promise<object[]> {
  const found: object[] = [];
  for (const id of await listFolders(join(workspace.dir, "models"))) {
    const manifest = await readManifest<object>(join(workspace.modelDir(id), "manifest.json"), "model");
    if (manifest) found.push(manifest);
  }
  return found;
}
