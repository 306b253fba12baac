import {onOtherBase} from "../../weights/models/index.js";
import type {Workspace} from "../../base/store/index.js";
import {type ModelFiles, tensorsHash} from "./modelFiles.js";

/**
 * Says that an adapter is put on other weights than those it was made on; undefined where it is not, or where files do not
 * tell: a GGUF file may be of any checkpoint.
 */
export async function otherBase(
  name: string,
  {base: own}: ModelFiles,
  on: ModelFiles,
  workspace: Workspace
): Promise<string | undefined> {
  const base = on.kind === "adapter" ? on.base : on;
  if (own?.kind !== "checkpoint" || base?.kind !== "checkpoint") return undefined;
  if ((await tensorsHash(own.path, workspace)) === (await tensorsHash(base.path, workspace)))
    return undefined;
  return onOtherBase(name, own.path, base.path);
}
