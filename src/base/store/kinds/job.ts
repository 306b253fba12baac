import {readdir, writeFile} from "node:fs/promises";
import {join, relative, resolve} from "node:path";
import type {ColumnTypes} from "../parquet.js";
import {anyObject, listOf, text} from "../../validation/checked.js";
import {having} from "../../validation/fileForm.js";
import {UserError} from "../../validation/errors.js";
import {checkName} from "../../validation/names.js";
import {STATE_FILES} from "../../system/supervisor.js";
import type {Erased, Erasing, RecordLocation, Kind, Workspace} from "./kind.js";
import {learned} from "./learnedErasedRows.js";
import type {JobRecord, JobEvent} from "../records/job.js";
import {manifestsOf, readRecord} from "./records.js";

const JOBS: ColumnTypes = {
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

const jobKey = (id: string, file: string) => `jobs/${checkName("job", id)}/${file}`;

export const jobKind: Kind<JobRecord> = {
  name: "job",
  at: "jobs/{id}",
  manifest: "manifest.json",
  form: {
    kind: "job",
    schemaVersion: 1,
    members: {
      id: text(),
      name: text(),
      key: text(),
      at: text(),
      base: text(),
      dataset: text(),
      version: text(),
      split: having({id: text(), sha256: text()}),
      service: having({service: text()}),
      data: listOf(having({path: text(), part: text()})),
      statuses: listOf(anyObject())
    },
    renew: "assay jobs submit"
  },
  // A model that is collected meanwhile is marked by its job or as a model.
  before: ["model", "split"],
  tables: {jobs: "fine-tuning jobs of services and commands"},
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
async function eraseData({manifestKey}: RecordLocation, erasing: Erasing): Promise<Erased> {
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
  for (const name of names) await workspace.place.remove(jobKey(job.id, name));
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
  return readRecord(workspace, jobKind, jobKey(id, "manifest.json"));
}

/** For its owner alone: it has the command's line. */
export async function writeJob({place}: Pick<Workspace, "place">, job: JobRecord): Promise<void> {
  const text = JSON.stringify(job, null, 2) + "\n";
  await place.putFile(jobKey(job.id, "manifest.json"), (path) => writeFile(path, text, {mode: 0o600}));
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

/** Events of a job, each once, in the order in which they were read. A line cut by a crash is passed over. */
export async function readJobEvents({place}: Pick<Workspace, "place">, id: string): Promise<JobEvent[]> {
  const text = Buffer.from((await place.read(jobKey(id, "events.jsonl"))) ?? []).toString();
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
  if (lines !== "") await place.append(jobKey(id, "events.jsonl"), lines);
}
