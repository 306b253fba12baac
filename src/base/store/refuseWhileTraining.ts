import {UserError} from "../validation/errors.js";
import {jobDir, readJobs} from "./kinds/job.js";
import {commandRuns} from "../system/supervisor.js";
import type {Workspace} from "./kinds/kind.js";

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
