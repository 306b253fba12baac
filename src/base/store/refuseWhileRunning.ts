import {UserError} from "../validation/errors.js";
import type {Workspace} from "./kinds/kind.js";

/** Leases of what may have read rows or models already and still write of them: runs, trainings, training files of jobs. */
const UNDER_WAY = ["run-", "build-", "files-"];

/** Throws UserError, which tells in what `state` all is left, while a run or a training is under way. */
export async function refuseWhileRunning(workspace: Workspace, state: string): Promise<void> {
  const held = (await Promise.all(UNDER_WAY.map((prefix) => workspace.held(prefix)))).flat();
  if (held.length > 0)
    throw new UserError(
      `${held.join("; ")}. ${state} Wait for it to end, or stop it with Ctrl-C, then give the same command again.`
    );
}
