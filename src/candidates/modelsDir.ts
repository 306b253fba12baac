import {join} from "node:path";
import type {Workspace} from "../store/index.js";

/** Where a workspace keeps the weights it holds. */
export function modelsDir(workspace: Workspace): string {
  return join(workspace.dir, "models");
}
