import {join} from "node:path";
import {type FileForm, fileForm} from "../../validation/fileForm.js";
import type {Erased, Erasing, RecordLocation, Kind, Workspace} from "./kind.js";
import {getJson, putJson} from "./records.js";

async function drop({key}: RecordLocation, {workspace}: Erasing): Promise<Erased> {
  await workspace.place.remove(key);
  return {dropped: true};
}

/** What is computed from rows and kept to save time: it goes as a whole with any row, and is made again. */
export const cacheKind: Kind = {name: "cache", at: "cache", shown: false, erase: drop};

/** Files fetched from a source's address. */
export const downloadsKind: Kind = {name: "downloads", at: "downloads", shown: false, erase: drop};

/** Vectors of texts, by the encoder that made them. */
export const vectorsKind: Kind = {name: "vectors", at: "models/.vectors", shown: false, erase: drop};

/** The folder on this machine where they are kept, among the models of `models` (`modelsDir`). */
export function vectorsDir(models: string): string {
  return join(models, ".vectors");
}

/** The folder on this machine for files on their way to DuckDB: an unchanged one is not fetched again. */
export function downloadsDir(workspace: Workspace): string {
  return join(workspace.dir, "downloads");
}

const ANY = fileForm({}, "It is made again.");

/** What was kept under a name; undefined when nothing was, or what is there cannot be read. */
export async function readCached<T extends object>(
  workspace: Workspace,
  name: string
): Promise<T | undefined> {
  return getJson(workspace, `cache/${name}.json`, ANY as FileForm<T>).catch(() => undefined);
}

export async function writeCached(workspace: Workspace, name: string, value: unknown): Promise<void> {
  await workspace.place.sweep("cache");
  await putJson(workspace, `cache/${name}.json`, value);
}

/** The folder on this machine for models in the form in which they run: made again from their weights when it is gone. */
export function runnableModelsDir(workspace: Workspace): string {
  return join(workspace.dir, "cache", "gguf");
}

/** The folder on this machine for models fetched from the hub, by repository and commit. */
export function hubModelsDir(workspace: Workspace): string {
  return join(workspace.dir, "models", ".hub");
}
