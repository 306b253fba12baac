import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import type {ModelManifest} from "../../weights/models/index.js";
import {modelsDir, type Workspace} from "../../base/store/index.js";
import {filesAt} from "./modelFiles.js";
import {convertedFiles} from "./runnable.js";

/** Removes what was converted of a model whose files the store keeps: while they are there, since their hashes tell which. */
export async function removeConverted(workspace: Workspace, {id, name}: ModelManifest): Promise<void> {
  const folder = join(modelsDir(workspace), id);
  if (!existsSync(join(folder, "config.json")) && !existsSync(join(folder, "adapter_config.json"))) return;
  // An adapter whose base is gone was converted for a base that cannot be told.
  const found = await filesAt(folder, workspace, {id, name}, {}).catch(() => undefined);
  if (!found) return;
  for (const path of await convertedFiles(found, workspace)) await rm(path, {force: true});
}
