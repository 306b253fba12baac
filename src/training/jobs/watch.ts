import {setTimeout as pause} from "node:timers/promises";
import {messageOf, UserError} from "../../base/validation/index.js";
import {
  appendJobEvents,
  jobsNamed,
  type JobEvent,
  type JobRecord,
  type JobStatus,
  readJob,
  readJobEvents,
  updateJob,
  type Workspace
} from "../../base/store/index.js";
import {atHand, running, type JobProgressOptions} from "./atHand.js";
import {refusedStatus} from "./client.js";
import type {JobLook} from "./service.js";
import {openService} from "./services/index.js";
import {withRemote} from "./submit.js";

/** What one look at a service found. */
export interface JobStatusChange {
  job: JobRecord;
  look: JobLook;
  /** True when the status is another than at the look before. */
  changed: boolean;
  /** What it told since then. */
  events: JobEvent[];
}

/** Gives the job of an id, or of the beginning of one, or the newest of a name. Throws when there is none. */
export async function findJob(jobs: readonly JobRecord[], name: string): Promise<JobRecord> {
  const found = knownJob(jobs, name);
  if (found) return found;
  throw new UserError(`the store has no job ${JSON.stringify(name)}. \`assay jobs\` lists them.`);
}

/** As `findJob`; undefined when there is none. Throws when several are meant. */
export function knownJob(jobs: readonly JobRecord[], name: string): JobRecord | undefined {
  const found = jobsNamed(jobs, name);
  if (found.length > 1)
    throw new UserError(
      `${JSON.stringify(name)} is the beginning of ${found.length} jobs: ${found.map(({id}) => id).join(", ")}.`
    );
  return found[0];
}

/** The last status of a job; undefined before the first look. */
export function lastStatus({statuses}: JobRecord): JobStatus | undefined {
  return statuses.at(-1);
}

/**
 * Asks the service about a job and keeps what is new: its status as the service says it, then its events. Events that cannot be
 * read are told, and asked for again at the next look. A job whose submission was cut off is looked for there first. Throws when
 * the service cannot be asked for the status, or the job was never started.
 */
export async function lookAt(
  workspace: Workspace,
  id: string,
  told: JobProgressOptions = {}
): Promise<JobStatusChange> {
  const looked = await lookAtStatus(workspace, id, told);
  const events = await newEvents(workspace, looked.job, told);
  const {cursor} = events;
  const job = cursor === looked.job.cursor ? looked.job : await updateJob(workspace, id, () => ({cursor}));
  return {...looked, job, events: events.found};
}

/** As `lookAt`, of the status alone. */
export async function lookAtStatus(
  workspace: Workspace,
  id: string,
  told: JobProgressOptions = {}
): Promise<Omit<JobStatusChange, "events">> {
  let job = await readJob(workspace, id);
  if (!job) throw new UserError(`the store has no job ${id}, or none any more. \`assay jobs\` lists them.`);
  const service = openService(job.service);
  if (!job.remote) {
    const found = await service.find(atHand(workspace, job, told));
    if (found !== undefined) job = await withRemote(workspace, id, found);
  }
  const look = await service.look(running(workspace, job, told));
  const changed = differs(lastStatus(job), look);
  if (changed)
    job = await updateJob(workspace, id, ({statuses}) => ({
      // Another watcher may have seen it in between.
      statuses: differs(statuses.at(-1), look)
        ? [...statuses, {at: new Date().toISOString(), ...look}]
        : statuses
    }));
  return {job, look, changed};
}

const differs = (before: JobStatus | undefined, look: JobLook) =>
  before?.status !== look.status || before.outcome !== look.outcome || before.detail !== look.detail;

/** Events are kept before the cursor is: those that a crash lets come again are known by their ids. */
async function newEvents(
  workspace: Workspace,
  job: JobRecord,
  told: JobProgressOptions
): Promise<{found: JobEvent[]; cursor?: string}> {
  const answer = await eventsSince(workspace, job, told);
  if (!answer) return {found: [], cursor: job.cursor};
  const known = new Set(
    answer.events.length === 0 ? [] : (await readJobEvents(workspace, job.id)).map(({id}) => id)
  );
  const found = answer.events.filter(({id}) => !known.has(id));
  await appendJobEvents(workspace, job.id, found);
  return {found, cursor: answer.cursor};
}

/** Undefined where the service tells of none, or cannot now. */
async function eventsSince(workspace: Workspace, job: JobRecord, told: JobProgressOptions) {
  const {events} = openService(job.service);
  if (!events) return undefined;
  try {
    return await events(running(workspace, job, {...told, brief: true}), job.cursor);
  } catch (error) {
    if (!told.signal?.aborted)
      told.onMessage?.(`! job ${job.id}: its events could not be read: ${messageOf(error)}`);
    return undefined;
  }
}

export interface JobWatchOptions extends JobProgressOptions {
  /** Most milliseconds between looks: the first ones come sooner. */
  everyMs?: number;
  /** Looks in a row that may fail before the watch gives up; default 20. */
  failures?: number;
  onLook?(looked: JobStatusChange): void;
}

const FIRST_WAIT_MS = 1000;

/**
 * Looks at a job until it has ended, and gives its record. A look that fails is tried again; a key that is refused ends the
 * watch. The job goes on whatever happens to its watcher; an aborted signal ends the watch with the record as it is.
 */
export async function watchJob(
  workspace: Workspace,
  id: string,
  {everyMs = 10_000, failures = 20, onLook, ...told}: JobWatchOptions = {}
): Promise<JobRecord> {
  const {signal, onMessage} = told;
  const said = new Set<string>();
  const once = (message: string) => {
    if (!said.has(message)) onMessage?.(message);
    said.add(message);
  };
  let failed = 0;
  for (let wait = Math.min(FIRST_WAIT_MS, everyMs); ; wait = Math.min(everyMs, wait * 1.5)) {
    try {
      const looked = await lookAt(workspace, id, {...told, onMessage: once});
      failed = 0;
      onLook?.(looked);
      if (looked.look.outcome !== undefined) return looked.job;
    } catch (error) {
      if (signal?.aborted) break;
      const status = refusedStatus(error);
      if (status === undefined && !(error instanceof UserError && error.cause)) throw error;
      if (status === 401 || status === 403 || status === 404 || ++failed >= failures) throw error;
      onMessage?.(`${messageOf(error)} The job goes on; asking again.`);
    }
    if (signal?.aborted) break;
    await pause(wait, undefined, {signal}).catch(() => undefined);
    if (signal?.aborted) break;
  }
  return (await readJob(workspace, id))!;
}

/**
 * Asks the service to end a job, and looks at it once more. It is asked although it does not say how the job stands. Throws when
 * what it started could not be ended, or how it stands after that cannot be told.
 */
export async function cancelJob(
  workspace: Workspace,
  id: string,
  told: JobProgressOptions = {}
): Promise<Omit<JobStatusChange, "events">> {
  const before = await lookAtStatus(workspace, id, {...told, brief: true}).catch(async (error: unknown) => {
    const job = await readJob(workspace, id);
    if (!job?.remote || told.signal?.aborted) throw error;
    return {job};
  });
  if ("look" in before && before.look.outcome !== undefined && !before.look.unstopped) return before;
  await openService(before.job.service).cancel(running(workspace, before.job, told));
  await updateJob(workspace, id, () => ({cancelledAt: new Date().toISOString()}));
  const after = await lookAtStatus(workspace, id, told).catch((cause: unknown) => {
    throw new UserError(
      `job ${id} is asked to end, and how it stands cannot be told: ${messageOf(cause)} \`assay jobs watch ${id}\` asks again.`,
      {cause}
    );
  });
  if (after.look.unstopped)
    throw new UserError(
      `job ${id}: ${after.look.detail}. Its log says why; then run \`assay jobs cancel ${id}\` again.`
    );
  return after;
}
