import {UserError} from "../../base/validation/index.js";
import {jobDir, type JobRecord, updateJob, type Workspace} from "../../base/store/index.js";
import type {Asking, JobAtHand, RunningJob} from "./service.js";

export interface JobProgressOptions extends Asking {
  onMessage?(message: string): void;
}

/** A job of the store as its service is handed it. */
export function atHand(
  workspace: Workspace,
  job: JobRecord,
  {signal, brief, onMessage = () => undefined}: JobProgressOptions = {}
): JobAtHand {
  return {
    workspace,
    job,
    folder: jobDir(workspace, job.id),
    signal,
    brief,
    onMessage,
    onUpload: async (path, name) => {
      await updateJob(workspace, job.id, ({uploads}) => ({uploads: {...uploads, [path]: name}}));
    }
  };
}

/** The same of a job that was submitted. Throws for one that was not. */
export function running(workspace: Workspace, job: JobRecord, told: JobProgressOptions = {}): RunningJob {
  if (!job.remote)
    throw new UserError(
      `job ${job.id} was never started: the command that noted it was ended before. \`assay jobs submit ${job.name}\` starts it.`
    );
  return {...atHand(workspace, job, told), remote: job.remote.id};
}
