import {mkdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type JobDefinition,
  type JobService,
  noteJob,
  openService,
  startJob,
  statusText
} from "../jobs/index.js";
import {trainingPrice} from "../costs/index.js";
import {readShutdowns} from "../leaving/index.js";
import {ensureSplit} from "../splits/index.js";
import {
  type JobData,
  type JobRecord,
  noRowLeft,
  openCounts,
  openStore,
  projectPricesOr,
  readJobs,
  type Store,
  temporaryPath,
  UserError,
  type VersionManifest
} from "../store/index.js";
import {exportTraining, type TrainingManifest} from "./finetuneExport.js";
import {interruption} from "./interruption.js";
import {followed} from "./jobWatch.js";
import {nearText} from "./nearOtherParts.js";
import {newestVersions} from "./newestVersion.js";
import {datasetOf, findProject, loadDatasets, openProject} from "./project.js";
import {dim, note, print, printJson} from "./terminal.js";
import {loadJob, type NamedJob} from "./trainings.js";

interface SubmitOptions {
  check?: boolean;
  watch?: boolean;
  again?: boolean;
  skipUnresolved?: boolean;
  skipBad?: boolean;
  usdPerMillion?: number;
  json?: boolean;
}

export async function submitVerb(name: string, options: SubmitOptions): Promise<void> {
  const project = findProject();
  const own = await loadJob(project, name);
  const {definition} = own;
  const service = openService(definition.on);
  const tell = (text: string) => {
    if (!options.json) note(text);
  };
  await tellShutdowns(project, service);
  const store = await openStore(await openProject());
  const {signal, dispose} = interruption();
  const folder = temporaryPath(join(store.workspace.tmpDir, own.name));
  try {
    await mkdir(folder, {recursive: true});
    service.check({
      base: definition.base,
      settings: trainingOf(definition),
      format: formatOf(definition, service)
    });
    if (!options.check) service.checkKey?.();
    const version = await versionOf(store, definition, project);
    const {workspace} = store;
    const what = `writing the training files of job ${own.name}`;
    // Until the job is noted no record says that these rows are here: gc leaves their version, and no purge overlooks them.
    const noted = await workspace.share(`using-${version.id}`, {what}, () =>
      workspace.share(`files-${version.id}`, {what}, () =>
        withFiles(store, own, service, version, {...options, folder, tell})
      )
    );
    if (!noted) return;
    const {job, how} = await startJob(store.workspace, noted.id, {signal, onMessage: tell});
    tell(
      how === "was there"
        ? `${job.id} was submitted before, as ${job.remote!.id}: nothing was sent. --again sends it once more.`
        : how === "found"
          ? `${job.id} is at ${job.service.service} already, as ${job.remote!.id}: nothing was sent.`
          : `${job.id} is submitted to ${job.service.service}, as ${job.remote!.id}.`
    );
    if (options.watch) await followed(store, [job.id], {json: options.json}, signal);
    else {
      tell(dim(`  ${nextStep(job)}`));
      if (options.json) printJson(job);
    }
  } finally {
    dispose();
    await rm(folder, {recursive: true, force: true});
    store.close();
  }
}

/** What can be done with a job that was sent. */
function nextStep({id, name, statuses, model}: JobRecord): string {
  if (model) return `It is collected, as ${name} (${model.id.slice(0, 12)}).`;
  const outcome = statuses.at(-1)?.outcome;
  if (outcome === "succeeded") return `It has ended: \`assay jobs collect ${id}\` registers its model.`;
  if (outcome !== undefined) return `It is ${statusText(statuses.at(-1)!)}.`;
  return `\`assay jobs watch ${id}\` follows it, \`assay jobs cancel ${id}\` ends it.`;
}

/** Writes the training files and notes the job; undefined when only the check was wanted. */
async function withFiles(
  store: Store,
  own: NamedJob,
  service: JobService,
  version: VersionManifest,
  options: FileOptions
): Promise<JobRecord | undefined> {
  const {definition} = own;
  const files = await trainingFiles(store, own, service, version, options);
  const offer = await service.offer?.(definition.base);
  if (offer !== undefined) options.tell(offer);
  if (!options.json) print(filesText(own, files));
  if (options.check) {
    if (options.json) printJson(files.map(({manifest}) => manifest));
    return undefined;
  }
  const [{manifest}] = files as [TrainingFile];
  const {tokens: estimated, usd} = manifest.cost;
  const same = (await readJobs(store.workspace)).filter(({name: of}) => of === own.name);
  return noteJob(store.workspace, {
    name: own.name,
    service: definition.on,
    base: definition.base,
    settings: trainingOf(definition),
    dataset: manifest.dataset,
    version: manifest.version,
    split: manifest.split,
    format: formatOf(definition, service),
    data: files.map(({data}) => data),
    tokens: {estimated, usd},
    folder: options.folder,
    time: options.again ? same.length + 1 : 1
  });
}

async function tellShutdowns(project: string, {host}: JobService): Promise<void> {
  if (host === undefined) return;
  const today = new Date().toISOString().slice(0, 10);
  for (const {host: of, touches, date, says, asOf} of await readShutdowns(project))
    if (touches === "fine-tuning" && (host === of || host.endsWith(`.${of}`)))
      note(`! ${says}: ${date}${date < today ? ", which is past" : ""} (as of ${asOf}).`);
}

function trainingOf({
  method,
  epochs,
  rows,
  rate,
  lora,
  length,
  seed,
  preference,
  more,
  parent
}: JobDefinition) {
  return {method, epochs, rows, rate, lora, length, seed, preference, more, parent};
}

function formatOf({format}: JobDefinition, {formats}: JobService): string {
  return formats[format === "preference" ? "preference" : "chat"];
}

interface TrainingFile {
  data: JobData;
  manifest: TrainingManifest;
}

interface FileOptions extends SubmitOptions {
  folder: string;
  tell(text: string): void;
}

/** The parts of the split as the service takes them, checked by its rules and by what it is trusted with. */
async function trainingFiles(
  store: Store,
  {name, definition}: NamedJob,
  service: JobService,
  version: VersionManifest,
  options: FileOptions
): Promise<TrainingFile[]> {
  const {dataset: wanted, part = "train", validation = "validation", columns = {}, on} = definition;
  const split = await ensureSplit(store, version, definition.split);
  await store.refresh();
  const wantsCheck = validation !== false && validation !== part && (split.counts[validation] ?? 0) > 0;
  const checkedOn = wantsCheck && (await openCounts(store, store.workspace, split))[validation] !== undefined;
  if (wantsCheck && !checkedOn)
    options.tell(`! ${noRowLeft(split, validation)} The training is not checked on any.`);
  const files: TrainingFile[] = [];
  const {prices} = await projectPricesOr(store.workspace.project);
  const listed = trainingPrice(prices, definition.base, new Date().toISOString());
  for (const one of checkedOn ? [part, validation] : [part]) {
    const path = `${one}.jsonl`;
    const manifest = await exportTraining(
      store,
      {
        ...columns,
        system: definition.system,
        dataset: `${typeof wanted === "string" ? wanted : wanted.name}@${version.id}`,
        split: split.id,
        part: one,
        format: formatOf(definition, service),
        out: join(options.folder, path),
        trust: on.trust,
        ofStore: true,
        skipUnresolved: options.skipUnresolved,
        skipBad: options.skipBad,
        epochs: definition.epochs,
        batch: definition.rows,
        usdPerMillion: options.usdPerMillion ?? listed
      },
      options.tell
    );
    const {preflight, sha256, rowsSha256} = manifest;
    if (one === part) refuseUnfit(name, service, manifest);
    files.push({
      manifest,
      data: {path, part: one, bytes: preflight.bytes, sha256: sha256!, rows: preflight.rows, rowsSha256}
    });
  }
  return files;
}

function refuseUnfit(name: string, {destination}: JobService, {preflight}: TrainingManifest): void {
  const found = preflight.destinations.find((one) => one.destination === destination);
  if (found?.verdict === "refused")
    throw new UserError(
      `${name}: ${destination} would turn the training set down: ${found.findings.join("; ")}. Nothing was sent.`
    );
}

async function versionOf(store: Store, definition: JobDefinition, project: string): Promise<VersionManifest> {
  const {datasets, broken} = await loadDatasets(project);
  if (broken.length > 0 && !datasets.some((one) => one.name === definition.dataset))
    throw new UserError(broken.map(({message}) => message).join("\n"));
  const dataset = datasetOf(definition, datasets);
  return newestVersions(store)(dataset);
}

function filesText({name, definition}: NamedJob, files: readonly TrainingFile[]): string {
  const [{manifest}] = files as [TrainingFile];
  const {tokens} = manifest.preflight;
  const {cost, nearOtherParts} = manifest;
  const usd = cost.usd === undefined ? "price not stated" : `about $${cost.usd.toFixed(2)}`;
  return [
    `${name}: ${definition.base} by ${definition.on.service}`,
    ...files.map(
      ({data, manifest: {dataset, version, split}}) =>
        `  ${data.path}: ${data.rows} examples of ${dataset}@${version}, part ${data.part} of ${split.name}`
    ),
    `  ${tokens.total} tokens${tokens.estimated ? " (estimated)" : ""}, ${cost.epochs} epochs: ${cost.tokens} tokens, ${usd}`,
    ...nearText(nearOtherParts)
  ].join("\n");
}
