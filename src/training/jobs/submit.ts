import {existsSync} from "node:fs";
import {readdir, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {hashJson, sha256File, writeAtomic, makeFolder} from "../../base/system/index.js";
import {
  jobDir,
  type JobDataFile,
  type JobRecord,
  type JobTokens,
  readJob,
  readJobs,
  updateJob,
  type Workspace,
  writeJob
} from "../../base/store/index.js";
import {atHand} from "./atHand.js";
import type {JobTraining} from "./training.js";
import {type JobService, UnknownSubmission} from "./service.js";
import {openService, type ServiceSettings} from "./services/index.js";

/** What is wanted of a service: everything that tells one job from another. */
export interface JobPlan {
  name: string;
  service: ServiceSettings;
  base: string;
  settings: JobTraining & {parent?: string};
  dataset: string;
  version: string;
  split: JobRecord["split"];
  format: string;
  /** What is trained on, then what it is checked on, if anything. Paths are names in `folder`. */
  data: JobDataFile[];
  /** What it would take, as far as anybody can tell before: no part of what tells one job from another. */
  tokens?: JobTokens;
  /** Where the files are now, on the store's disk: they are moved into the job's folder. */
  folder: string;
  /** The same job is wanted once more, although it was submitted before. */
  again?: boolean;
}

export interface JobSubmitOptions {
  signal?: AbortSignal;
  /** Called once the job is about to be sent; where it throws, nothing is. */
  pay?(job: JobRecord): Promise<void>;
  onMessage?(message: string): void;
}

/**
 * Notes a job in the store, under an id that is the same for the same plan. A job that is noted already stays as it is, with
 * its files. With `again` another one is noted, unless one is noted that no service is known to have. Nothing is sent.
 */
export async function noteJob(workspace: Workspace, plan: JobPlan): Promise<JobRecord> {
  const {folder, again, tokens, ...wanted} = plan;
  const key = again ? await keyAgain(workspace, wanted) : jobKey(wanted, 1);
  const id = `${plan.name}-${key.slice(0, 12)}`;
  return workspace.lease(`job-${id}`, {what: `noting job ${id}`, waitMs: 30_000}, async () => {
    const known = await readJob(workspace, id);
    if (known) {
      if (!known.remote && !known.erased) await putFiles(workspace, known, folder);
      return known;
    }
    const {answersAt, isTuned} = openService(wanted.service);
    const record: JobRecord = {
      kind: "job",
      schemaVersion: 1,
      id,
      key,
      at: new Date().toISOString(),
      ...wanted,
      service: {...wanted.service},
      answersAt,
      tunedBase: isTuned?.(wanted.base),
      settings: {...wanted.settings},
      tokens,
      statuses: []
    };
    const target = jobDir(workspace, id);
    // What a crash left of the same intent.
    await rm(target, {recursive: true, force: true});
    await putFiles(workspace, record, folder);
    await writeJob(workspace, record);
    return record;
  });
}

/**
 * Moves the training files of a job that is to be started from here into its folder, and writes its configuration. What is there
 * stays, unless it was changed: the job may have been noted on this machine, or on another one of a shared store.
 */
async function putFiles(workspace: Workspace, job: JobRecord, folder: string): Promise<void> {
  const target = jobDir(workspace, job.id);
  await makeFolder(target);
  const there = await readdir(target);
  for (const one of job.data)
    if (!(await isThere(target, one))) await rename(join(folder, one.path), join(target, one.path));
  const files = openService(job.service).configuration?.(job) ?? {};
  for (const [name, text] of Object.entries(files))
    if (!there.includes(name))
      await writeAtomic(join(target, name), (temporary) => writeFile(temporary, text));
}

/** Whether a training file is in a folder as it was written. */
async function isThere(folder: string, {path, sha256}: JobDataFile): Promise<boolean> {
  const file = join(folder, path);
  return existsSync(file) && (await sha256File(file)) === sha256;
}

type PlannedJob = Omit<JobPlan, "folder" | "again" | "tokens">;

/** @param time 1 for a job that is wanted once, 2 when it is wanted again */
function jobKey(wanted: PlannedJob, time: number): string {
  return hashJson({...wanted, data: wanted.data.map(({sha256, part}) => ({sha256, part})), time});
}

/** The key of the newest job of a plan that no service is known to have, or else one that no job has. */
async function keyAgain(workspace: Workspace, wanted: PlannedJob): Promise<string> {
  const {noted, keys} = await jobsOf(workspace, wanted);
  const open = noted.findLast(({remote}) => !remote);
  return open?.key ?? keys.find((one) => !noted.some(({key}) => key === one))!;
}

/** The jobs that were noted of a plan, once or again, the newest last, and the keys that such jobs have. */
async function jobsOf(
  workspace: Workspace,
  wanted: PlannedJob
): Promise<{noted: JobRecord[]; keys: string[]}> {
  const named = (await readJobs(workspace)).filter(({name}) => name === wanted.name);
  const keys = Array.from({length: named.length + 1}, (_, i) => jobKey(wanted, i + 1));
  return {noted: named.filter(({key}) => keys.includes(key)), keys};
}

/** The newest job that was noted of a plan, once or again; undefined when none was. */
export async function newestJob(workspace: Workspace, plan: JobPlan): Promise<JobRecord | undefined> {
  const {folder, again, tokens, ...wanted} = plan;
  return (await jobsOf(workspace, wanted)).noted.at(-1);
}

/**
 * Starts a noted job, unless the service has it. A service is asked for the job before it is asked to start one, so that a
 * command that was killed in between, or a connection that broke, does not start it twice.
 */
export async function startJob(
  workspace: Workspace,
  id: string,
  {signal, pay, onMessage = () => undefined}: JobSubmitOptions = {}
): Promise<{job: JobRecord; how: "was there" | "found" | "started"}> {
  return workspace.lease(`job-start-${id}`, {what: `starting job ${id}`, waitMs: 0}, async () => {
    const job = await readJob(workspace, id);
    if (!job) throw new UserError(`the store has no job ${id}. \`assay jobs\` lists them.`);
    if (job.remote) return {job, how: "was there"};
    const service = openService(job.service);
    const at = atHand(workspace, job, {signal, onMessage});
    const found = await service.find(at);
    if (found !== undefined) return {job: await withRemote(workspace, id, found), how: "found"};
    await assertThere(at.folder, job);
    await pay?.(job);
    const remote = await submitted(service, at, job);
    return {job: await withRemote(workspace, id, remote), how: "started"};
  });
}

/** What is sent is what the job's record tells of. */
async function assertThere(folder: string, {id, name, data}: JobRecord): Promise<void> {
  for (const one of data)
    if (!(await isThere(folder, one)))
      throw new UserError(
        `job ${id} was not started: its ${one.path} was changed since it was written, or is gone. \`assay jobs submit ${name}\` writes it anew.`
      );
}

async function submitted(
  service: JobService,
  at: Parameters<JobService["submit"]>[0],
  job: JobRecord
): Promise<string> {
  try {
    return await service.submit(at);
  } catch (error) {
    if (!(error instanceof UnknownSubmission)) throw error;
    const found = await service.find(at).catch(() => undefined);
    if (found !== undefined) return found;
    throw new UserError(
      `it is not known whether ${job.service.service} took job ${job.id}: ${error.message} Wait a minute and run the same command again: the job is looked for there first, and started only if it is not found.`,
      {cause: error}
    );
  }
}

export function withRemote(workspace: Workspace, id: string, remote: string): Promise<JobRecord> {
  return updateJob(workspace, id, () => ({remote: {id: remote, at: new Date().toISOString()}}));
}
