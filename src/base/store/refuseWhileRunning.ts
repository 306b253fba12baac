import {UserError} from "../validation/errors.js";

import type {Workspace} from "./kinds/kind.js";
import {jobDir, readJobs} from "./kinds/job.js";
import {commandRuns} from "../system/supervisor.js";

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

/** Throws UserError, which tells in what `state` all is left, while the command of a job on the dataset runs on this machine. */
export async function refuseWhileTraining(
  workspace: Workspace,
  dataset: string,
  state: string
): Promise<void> {
  for (const job of await readJobs(workspace))
    if (job.dataset === dataset && (await commandRuns(jobDir(workspace, job.id))))
      throw new UserError(
        `job ${job.id} trains on ${dataset} on this machine. ${state} Wait for it to end, or run \`assay jobs cancel ${job.id}\`, then give the same command again.`
      );
}
