import {join, resolve} from "node:path";
import {answersAt, plainAddress} from "./answersAt.js";
import {hashJson} from "./hash.js";
import {isCalled, isMeant} from "./isCalled.js";
import {jobOfModel} from "./jobsNamed.js";
import type {JobRecord} from "./kinds/job.js";
import type {StoredModel} from "./kinds/model.js";

/** A model by its id; the store may not have it. */
export interface Parent {
  id: string;
  name: string;
}

/** What is looked through for what a model was made of. */
export interface Origins<M extends StoredModel = StoredModel> {
  /** The project's folder. */
  project: string;
  /** The store's folder. */
  dir: string;
  models: readonly M[];
  jobs: readonly JobRecord[];
}

/**
 * What a model was made of: what its record names, and what the job that made it goes on from, also where that was not known
 * when the model was entered.
 */
export function originsOf(model: StoredModel, known: Origins): Parent[] {
  const {parents = []} = model;
  const job = jobOfModel(known.jobs, model);
  const from = job && beginningOf(job, known);
  if (!job || !from) return [...parents];
  const has = ({id}: Parent) => known.models.some((one) => one.id === id);
  const words = [job.settings.parent, job.base];
  const stands = parents.filter((one) => has(one) || !words.includes(one.name));
  return stands.some(({id}) => id === from.id) ? stands : [...stands, {id: from.id, name: from.name}];
}

/**
 * The model that a job goes on from: its stated parent, else its base. Either is the model that the job's service calls so, one
 * of that id or name in the store, or one that lies there. Of several the newest that was there when the job was noted.
 * `missing` where the job says that there is one, or its base has the name of a fine-tune, and the store lacks it; undefined where
 * nothing tells of one.
 */
export function beginningOf(job: JobRecord, known: Origins): (Parent & {missing?: true}) | undefined {
  const {base} = job;
  const stated = typeof job.settings.parent === "string" ? job.settings.parent : undefined;
  const found =
    (stated === undefined ? undefined : modelOf(stated, "parent", job, known)) ??
    modelOf(base, "base", job, known);
  if (found) return {id: found.id, name: found.name};
  const lacking = stated ?? (isTuned(job) ? base : undefined);
  return lacking === undefined ? undefined : {id: idOf(lacking, job), name: lacking, missing: true};
}

/** By the order of what says most surely which model is meant. */
function modelOf(
  wanted: string,
  as: "parent" | "base",
  job: JobRecord,
  known: Origins
): StoredModel | undefined {
  const {models, jobs} = known;
  const address = answersAt(job.service);
  const there = models.filter((one) => isHostedAs(one, wanted));
  const at = (baseUrl: string | undefined) =>
    there.filter((one) => addressOf(one) === (baseUrl && plainAddress(baseUrl)));
  // A job's base is in the service's words, which are not what the store calls the models that it has.
  const isOther = (one: StoredModel) =>
    address !== undefined && as === "base" && one.architecture === HOSTED && !isHostedAs(one, wanted);
  const ways = [
    () => (address === undefined ? [] : at(address)),
    () => (address === undefined ? [] : at(undefined)),
    () => models.filter((one) => isMeant(one, wanted) && !isOther(one)),
    () => models.filter((one) => liesAt(one, wanted, job, known)),
    () => (address === undefined ? there : [])
  ];
  const isResult = (one: StoredModel) => one.id === job.model?.id || jobOfModel(jobs, one)?.id === job.id;
  for (const way of ways) {
    const meant = way().filter((one) => !isResult(one));
    if (meant.length > 0) return newestAt(meant, wanted, job.at);
  }
  return undefined;
}

const HOSTED = "hosted";

function isHostedAs({architecture, settings}: StoredModel, wanted: string): boolean {
  return architecture === HOSTED && settings?.model === wanted;
}

function addressOf({settings}: StoredModel): string | undefined {
  const {baseUrl} = (settings?.endpoint ?? {}) as {baseUrl?: unknown};
  return typeof baseUrl === "string" ? plainAddress(baseUrl) : undefined;
}

/** Paths are seen from the project, or from the job's folder, as those in its configuration are. */
function liesAt(
  {id, folder, architecture = ""}: StoredModel,
  path: string,
  job: JobRecord,
  {project, dir}: Origins
): boolean {
  if ([HOSTED, "adapted"].includes(architecture)) return false;
  const place = folder === undefined ? join(dir, "models", id) : resolve(project, folder);
  return [resolve(project, path), resolve(dir, "jobs", job.id, path)].includes(place);
}

function newestAt(meant: readonly StoredModel[], wanted: string, at: string): StoredModel {
  const since = ({createdAt = ""}: StoredModel) => Number(createdAt > at);
  const gone = ({removed}: StoredModel) => Number(removed !== undefined && removed <= at);
  const had = (one: StoredModel) => Number(isCalled(one, wanted) && ![one.id, one.name].includes(wanted));
  return [...meant].sort(
    (a, b) =>
      since(a) - since(b) ||
      gone(a) - gone(b) ||
      had(a) - had(b) ||
      (b.createdAt ?? "").localeCompare(a.createdAt ?? "")
  )[0]!;
}

/** Whether a base has a name that a service gives to what it trained. */
function isTuned({base, service}: JobRecord): boolean {
  if (service.service === "fireworks" && /^accounts\/(?!fireworks\/)/.test(base)) return true;
  return /^ft:/.test(base) || /\.ft-[0-9a-f]{8}/.test(base);
}

/** The id that the model has once it is collected from its service; of others one that no model has. */
function idOf(name: string, {service}: JobRecord): string {
  if (/^[0-9a-f]{64}$/.test(name)) return name;
  const baseUrl = answersAt(service);
  const settings = {endpoint: baseUrl === undefined ? undefined : {baseUrl}, model: name};
  return hashJson({architecture: HOSTED, settings, files: []});
}
