import {join, resolve} from "node:path";
import {hashJson} from "../system/hash.js";
import {answersAt, plainAddress} from "./answersAt.js";
import {jobOfModel} from "./jobsNamed.js";
import type {JobRecord} from "./records/job.js";
import type {ModelParent, StoredModel} from "./records/model.js";
import {repositoryOf} from "./resultOf.js";
import {toldElsewhere} from "./sameWeights.js";

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
 * What a model was made of: what its record names, what the job that made it goes on from, also where that was not known
 * when the model was entered, and of files that were entered the record of the same weights that tells more.
 */
export function originsOf(model: StoredModel, known: Origins): ModelParent[] {
  const parents = madeOf(model, known);
  const same = toldElsewhere(model, known.models);
  if (!same || parents.some(({id}) => id === same.id)) return parents;
  return [...parents, {id: same.id, name: same.name}];
}

function madeOf(model: StoredModel, known: Origins): ModelParent[] {
  const {parents = []} = model;
  const job = jobOfModel(known.jobs, model);
  const from = job && beginningOf(job, known);
  if (!job || !from) return [...parents];
  const has = ({id}: ModelParent) => known.models.some((one) => one.id === id);
  const words = [job.settings.parent, job.base];
  const stands = parents.filter((one) => has(one) || !words.includes(one.name));
  return stands.some(({id}) => id === from.id) ? stands : [...stands, {id: from.id, name: from.name}];
}

/**
 * The model that a job goes on from: its stated parent, else its base. Either is the model that the job's service calls so, one
 * of that id or name in the store, or one that lies there. Of several the newest that was there when the job was noted; none that
 * the store made later, or made of what the job made.
 * `missing` where the job says that there is one, or its base has the name of a fine-tune, and the store lacks it; undefined where
 * nothing tells of one.
 */
export function beginningOf(job: JobRecord, known: Origins): (ModelParent & {missing?: true}) | undefined {
  const {base} = job;
  const stated = typeof job.settings.parent === "string" ? job.settings.parent : undefined;
  const found = beginningModel(job, known, (one) => !leadsBack(one, job, known));
  if (found) return {id: found.id, name: found.name};
  const lacking = stated ?? (isTuned(job, known) ? base : undefined);
  return lacking === undefined ? undefined : {id: idOf(lacking, job), name: lacking, missing: true};
}

function beginningModel(
  job: JobRecord,
  known: Origins,
  isFit: (one: StoredModel) => boolean = () => true
): StoredModel | undefined {
  const {parent} = job.settings;
  const stated = typeof parent === "string" ? modelOf(parent, job, known).find(isFit) : undefined;
  return stated ?? modelOf(job.base, job, known).find(isFit);
}

/** All that may be meant, by the order of what says most surely which it is. */
function modelOf(wanted: string, job: JobRecord, known: Origins): StoredModel[] {
  const {models, jobs} = known;
  const address = answersAt(job);
  const there = models.filter((one) => isHostedAs(one, wanted));
  const at = (baseUrl: string | undefined) =>
    there.filter((one) => addressOf(one) === (baseUrl && plainAddress(baseUrl)));
  // A job's base is in the service's words, which are not what the store calls the models that it has.
  const isOther = (one: StoredModel) =>
    address !== undefined &&
    job.settings.parent !== wanted &&
    one.architecture === HOSTED &&
    !isHostedAs(one, wanted);
  const ways = [
    ...(address === undefined ? [] : [at(address), at(undefined)]),
    models.filter((one) => isMeant(one, wanted) && !isOther(one) && !isMadeAfter(one, job, known)),
    madeAsRepository(wanted, job, known),
    models.filter((one) => liesAt(one, wanted, job, known) && !isOfLaterJob(one, job, known)),
    address === undefined ? there.filter((one) => !isMadeAfter(one, job, known)) : []
  ];
  return ways.flatMap((meant) =>
    newestFirst(
      meant.filter((one) => !isResult(one, job, jobs)),
      wanted,
      job.at
    )
  );
}

function isResult(one: StoredModel, job: JobRecord, jobs: readonly JobRecord[]): boolean {
  return one.id === job.model?.id || jobOfModel(jobs, one)?.id === job.id;
}

/** Whether a model was made of what the job made. */
function leadsBack({id}: StoredModel, job: JobRecord, known: Origins): boolean {
  const ids = new Set([id]);
  for (const one of ids) {
    const model = known.models.find((other) => other.id === one);
    if (!model) continue;
    if (isResult(model, job, known.jobs)) return true;
    const maker = jobOfModel(known.jobs, model);
    const from = maker && beginningModel(maker, known);
    for (const parent of [...(model.parents ?? []), ...(from ? [from] : [])]) ids.add(parent.id);
  }
  return false;
}

/**
 * Whether the store trained, merged or collected a model after the job was noted. One that was only entered later may have been
 * there all the time. Collecting again dates a record anew, so that of a job's result the time counts at which it was seen to end.
 */
function isMadeAfter(model: StoredModel, job: JobRecord, {jobs}: Origins): boolean {
  const maker = jobOfModel(jobs, model);
  if (maker) return (maker.statuses.find(({outcome}) => outcome !== undefined)?.at ?? maker.at) > job.at;
  const isMade = model.training !== undefined || model.recipe !== undefined;
  return isMade && (model.createdAt ?? "") > job.at;
}

/** Such a job writes over what lay there. */
function isOfLaterJob(model: StoredModel, job: JobRecord, {jobs}: Origins): boolean {
  const maker = jobOfModel(jobs, model);
  return maker !== undefined && maker.at > job.at;
}

/** What earlier jobs put into the repository of that name. */
function madeAsRepository(wanted: string, {at}: JobRecord, {models, jobs}: Origins): StoredModel[] {
  const makers = jobs.filter((one) => one.at <= at && repositoryOf(one) === wanted);
  return makers.length === 0
    ? []
    : models.filter((one) => makers.some(({id}) => id === jobOfModel(jobs, one)?.id));
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

function newestFirst(meant: readonly StoredModel[], wanted: string, at: string): StoredModel[] {
  const since = ({createdAt = ""}: StoredModel) => Number(createdAt > at);
  const gone = ({removed}: StoredModel) => Number(removed !== undefined && removed <= at);
  const had = (one: StoredModel) => Number(isCalled(one, wanted) && ![one.id, one.name].includes(wanted));
  return [...meant].sort(
    (a, b) =>
      since(a) - since(b) ||
      gone(a) - gone(b) ||
      had(a) - had(b) ||
      (b.createdAt ?? "").localeCompare(a.createdAt ?? "")
  );
}

/** Whether a base has a name that a service gives to what it trained. */
function isTuned({id, base, service, tunedBase}: JobRecord, {jobs}: Origins): boolean {
  if (tunedBase !== undefined) return tunedBase;
  if (jobs.some((job) => job.id !== id && repositoryOf(job) === base)) return true;
  if (service.service === "huggingface" && base.startsWith(`${String(service.namespace)}/`))
    return /-[0-9a-f]{8}$/.test(base);
  if (service.service === "fireworks" && /^accounts\/(?!fireworks\/)/.test(base)) return true;
  return /^ft:/.test(base) || /\.ft-[0-9a-f]{8}/.test(base);
}

/** The id that the model has once it is collected from its service; of others one that no model has. */
function idOf(name: string, job: JobRecord): string {
  if (/^[0-9a-f]{64}$/.test(name)) return name;
  const baseUrl = answersAt(job);
  const settings = {endpoint: baseUrl === undefined ? undefined : {baseUrl}, model: name};
  return hashJson({architecture: HOSTED, settings, files: []});
}

/** A model by its id and its names. */
interface NamedModel {
  id: string;
  name: string;
  otherNames?: string[];
}

/** Whether this is the model's id or one of its names. */
function isCalled({id, name, otherNames = []}: NamedModel, wanted: string): boolean {
  return [id, name, ...otherNames].includes(wanted);
}

/** Whether a name means this model: one of its names, its id, or at least eight letters that its id begins with. */
export function isMeant(model: NamedModel, wanted: string): boolean {
  return isCalled(model, wanted) || (wanted.length >= 8 && model.id.startsWith(wanted));
}
