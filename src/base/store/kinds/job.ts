import {readdir, writeFile} from "node:fs/promises";
import {join, relative, resolve} from "node:path";
import type {Columns} from "../parquet.js";
import {UserError} from "../../validation/errors.js";
import {checkName} from "../../validation/names.js";
import {STATE_FILES} from "../../system/supervisor.js";
import type {Workspace} from "../workspace.js";
import {type Erased, type Erasing, type Found, type Kind, manifestsOf, readRecord} from "./kind.js";
import {learned} from "./learned.js";

/** How a job ended. */
export type JobOutcome = "succeeded" | "failed" | "cancelled";

/** A status as the service gave it, when it was first seen. */
export interface JobStatus {
  /** ISO time. */
  at: string;
  /** The service's own word. */
  status: string;
  /** Absent while the job goes on, and for words that nobody here knows. */
  outcome?: JobOutcome;
  detail?: string;
  /** ISO time at which it ended, where that is known: `at` is when somebody looked. */
  endedAt?: string;
  /** True when ending it failed, so that it may go on elsewhere. */
  unstopped?: boolean;
  /** The service's whole answer, without secrets. */
  answer?: unknown;
}

/** A file of training examples in the job's folder, and what it was made of. */
export interface JobData {
  path: string;
  part: string;
  bytes: number;
  sha256: string;
  rows: number;
  /** SHA-256 of the ids of its rows in order, one a line. */
  rowsSha256: string;
}

/** Tokens that are billed, of all epochs. */
export interface JobTokens {
  /** Before it was sent; absent where nobody knew for how many epochs. */
  estimated?: number;
  /** The price of those, where one was known. */
  usd?: number;
  /** As the service told them at the end; absent where it tells none. */
  trained?: number;
}

/** A training that somebody else's machine does, or a command. */
export interface JobRecord {
  kind: "job";
  schemaVersion: 1;
  id: string;
  /** The name of its definition. */
  name: string;
  /** Marks the job at the service, so that it is found again. Equal for jobs that are the same. */
  key: string;
  /** ISO time of the intent: the service may not know of it yet. */
  at: string;
  /** Which service, and its settings: names of environment variables, never secrets. */
  service: {service: string; trust: string; [setting: string]: unknown};
  /** Where the models that the service trained answer; absent of jobs of the first services. */
  answersAt?: string;
  base: string;
  /** Whether the base has a name that the service gives to what it trained; absent where the service does not say. */
  tunedBase?: boolean;
  settings: Record<string, unknown>;
  dataset: string;
  version: string;
  split: {id: string; name: string; sha256: string};
  /** The form of the lines. */
  format: string;
  data: JobData[];
  /** Absent for jobs of before. */
  tokens?: JobTokens;
  /** What the service calls it, once it has taken it. */
  remote?: {id: string; at: string};
  /** What the service calls the files that were sent to it. */
  uploads?: Record<string, string>;
  /** Changes only, the oldest first. */
  statuses: JobStatus[];
  /** How far the service's events were read. */
  cursor?: string;
  /** ISO time at which its end was asked for. */
  cancelledAt?: string;
  /** The model of the store that its result is. */
  model?: {id: string; at: string};
  /** Rows that it learned from, or was checked on, were erased since. */
  erased?: ErasedParts;
}

/** The parts of a dataset that lost rows to a purge, and when the last of them did (ISO time). */
export interface ErasedParts {
  dataset: string;
  at: string;
  parts: string[];
}

const JOBS: Columns = {
  id: "VARCHAR",
  name: "VARCHAR",
  at: "VARCHAR",
  service: "JSON",
  base: "VARCHAR",
  settings: "JSON",
  dataset: "VARCHAR",
  version: "VARCHAR",
  split: "JSON",
  data: "JSON",
  tokens: "JSON",
  remote: "JSON",
  statuses: "JSON",
  model: "JSON"
};

const keyOf = (id: string, file: string) => `jobs/${checkName("job", id)}/${file}`;

export const jobKind: Kind<JobRecord> = {
  name: "job",
  at: "jobs/{id}",
  manifest: "manifest.json",
  form: {
    kind: "job",
    schemaVersion: 1,
    members: {
      id: "string",
      name: "string",
      key: "string",
      service: "object",
      data: "object",
      statuses: "object"
    },
    renew: "assay jobs submit"
  },
  views: async ({manifests}) => [{name: "jobs", of: {rows: await manifests(jobKind), columns: JOBS}}],
  refersTo: async ({manifestKey}, workspace) => {
    const job = await readRecord(workspace, jobKind, manifestKey);
    return job ? [`${job.dataset}@${job.version}`, job.split.id, ...(job.model ? [job.model.id] : [])] : [];
  },
  erase: eraseData
};

/**
 * Training files are no tables: those of a job that learned from an erased row go whole, with its log and all that a command made
 * of them, such as tokenised copies. The model stays, and is named, as is what was sent to a service. The record says so first: a model that is collected later is marked by it, and
 * the files of another machine go with a purge there, when the splits have lost the rows.
 */
async function eraseData({manifestKey}: Found, erasing: Erasing): Promise<Erased> {
  const {workspace} = erasing;
  const job = await readRecord(workspace, jobKind, manifestKey);
  if (job?.dataset !== erasing.dataset) return {};
  const {dataset, data, split} = job;
  const parts: string[] = [];
  for (const {part} of data)
    if (await learned({dataset, split: split.sha256, part}, erasing)) parts.push(part);
  if (parts.length === 0 && !job.erased) return {};
  if (parts.length > 0)
    await updateJob(workspace, job.id, ({erased}) => ({
      erased: {dataset, at: erasing.note.at, parts: [...new Set([...(erased?.parts ?? []), ...parts])]}
    }));
  const {names, output} = await madeOfRows(workspace, job);
  for (const name of names) await workspace.place.remove(keyOf(job.id, name));
  const sent = parts.length > 0 && job.service.trust !== "local" && (job.remote ?? job.uploads);
  return {
    dropped: true,
    keeps: [
      ...(sent ? [`job ${job.id} (its data was sent to ${job.service.service})`] : []),
      ...(output === undefined ? [] : [`job ${job.id} (its output, with checkpoints: ${output})`])
    ]
  };
}

/** What lies in a job's folder and may hold words of a row, and the folder that its command leaves the model in, where it is there. */
async function madeOfRows(
  workspace: Workspace,
  {id, data, service}: JobRecord
): Promise<{names: Set<string>; output?: string}> {
  const folder = jobDir(workspace, id);
  const found = (path: string) => readdir(path).catch(() => [] as string[]);
  const output = resolve(folder, typeof service.output === "string" ? service.output : "output");
  const made = (await found(output)).length > 0 ? output : undefined;
  const always = [...data.map(({path}) => path), "log.txt", "events.jsonl"];
  const [first = ""] = relative(folder, output).split(/[/\\]/);
  // The model lies among all the rest.
  if (first === "") return {names: new Set(always), output: made};
  const stays = new Set([first, jobKind.manifest!, ...STATE_FILES]);
  const there = [
    ...(await found(folder)),
    ...(await workspace.place.list(`jobs/${id}`)).map(({name}) => name)
  ];
  return {names: new Set([...always, ...there.filter((name) => !stays.has(name))]), output: made};
}

/** The folder on this machine with a job's files: training tools read paths. */
export function jobDir({dir}: Workspace, id: string): string {
  return join(dir, "jobs", checkName("job", id));
}

/** Every job of the store, the oldest first. */
export async function readJobs(workspace: Pick<Workspace, "place">): Promise<JobRecord[]> {
  const found = await manifestsOf(workspace, jobKind);
  return found.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

export function readJob(workspace: Pick<Workspace, "place">, id: string): Promise<JobRecord | undefined> {
  return readRecord(workspace, jobKind, keyOf(id, "manifest.json"));
}

/** For its owner alone: it has the command's line. */
export async function writeJob({place}: Pick<Workspace, "place">, job: JobRecord): Promise<void> {
  const text = JSON.stringify(job, null, 2) + "\n";
  await place.putFile(keyOf(job.id, "manifest.json"), (path) => writeFile(path, text, {mode: 0o600}));
}

/** Changes a job's record while no other process does; gives the record as it is now. */
export function updateJob(
  workspace: Workspace,
  id: string,
  change: (job: JobRecord) => Partial<JobRecord>
): Promise<JobRecord> {
  return workspace.lease(`job-${id}`, {what: `noting the state of job ${id}`, waitMs: 30_000}, async () => {
    const job = await readJob(workspace, id);
    if (!job) throw new UserError(`the store has no job ${id} any more: its folder was removed.`);
    const changed = {...job, ...change(job)};
    await writeJob(workspace, changed);
    return changed;
  });
}

/** What a service told of a job while it ran. */
export interface JobEvent {
  /** The same whenever it is read again. */
  id: string;
  at?: string;
  type: "message" | "metrics" | "checkpoint";
  message?: string;
  data?: Record<string, unknown>;
}

/** Events of a job, each once, in the order in which they were read. A line cut by a crash is passed over. */
export async function readJobEvents({place}: Pick<Workspace, "place">, id: string): Promise<JobEvent[]> {
  const text = Buffer.from((await place.read(keyOf(id, "events.jsonl"))) ?? []).toString();
  const found = new Map<string, JobEvent>();
  for (const line of text.split("\n")) {
    const event = eventOf(line);
    if (event && !found.has(event.id)) found.set(event.id, event);
  }
  return [...found.values()];
}

function eventOf(line: string): JobEvent | undefined {
  try {
    return JSON.parse(line) as JobEvent;
  } catch {
    return undefined;
  }
}

export async function appendJobEvents(
  {place}: Pick<Workspace, "place">,
  id: string,
  events: readonly JobEvent[]
): Promise<void> {
  // The line break comes first: the end of a line that a crash cut is not lengthened.
  const lines = events.map((event) => `\n${JSON.stringify(event)}`).join("");
  if (lines !== "") await place.append(keyOf(id, "events.jsonl"), lines);
}
