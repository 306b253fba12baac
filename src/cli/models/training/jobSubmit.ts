import {rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type JobDefinition,
  type JobFile,
  jobFormat,
  jobPlan,
  type JobService,
  type NamedJob,
  noteJob,
  openService,
  startJob,
  statusText,
  trainingFiles,
  type TrainingFileOptions,
  trainingSettings
} from "../../../training/jobs/index.js";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import type {TrainingCost} from "../../../training/finetunes/index.js";
import {readShutdowns} from "../../../report/providerExit/index.js";
import {UserError} from "../../../base/validation/index.js";
import {temporaryPath, makeFolder} from "../../../base/system/index.js";
import {type JobRecord, openStore, type Store, type VersionManifest} from "../../../base/store/index.js";
import {interruption} from "../../terminal/interruption.js";
import {nearText} from "./nearText.js";
import {followed} from "./jobWatch.js";
import {newestVersions} from "../../project/newestVersion.js";
import {datasetOf, findProject, loadDatasets, openProject} from "../../project/project.js";
import {dim, note, print, printJson} from "../../terminal/terminal.js";
import {loadJob} from "../../project/trainings.js";

interface SubmitVerbOptions {
  check?: boolean;
  watch?: boolean;
  again?: boolean;
  skipUnresolved?: boolean;
  skipBad?: boolean;
  usdPerMillion?: number;
  json?: boolean;
}

export async function submitVerb(name: string, options: SubmitVerbOptions): Promise<void> {
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
    await makeFolder(folder);
    service.check({
      base: definition.base,
      settings: trainingSettings(definition),
      format: jobFormat(definition, service)
    });
    if (!options.check) service.checkKey?.();
    const offer = await service.offer?.(definition.base, signal);
    if (signal.aborted) throw new UserError("interrupted. Nothing was sent.");
    if (offer !== undefined) tell(offer);
    const {version, defined} = await newestOf(store, definition, project);
    const {workspace} = store;
    const what = `writing the training files of job ${own.name}`;
    // Until the job is noted no record says that these rows are here: gc leaves their version, and no purge overlooks them.
    const noted = await workspace.share(`using-${version.id}`, {what}, () =>
      workspace.share(`files-${version.id}`, {what}, () =>
        withFiles(store, own, service, version, {...options, defined, folder, onMessage: tell})
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
  options: TrainingFileOptions & SubmitVerbOptions
): Promise<JobRecord | undefined> {
  const files = await trainingFiles(store, own, service, version, options);
  if (!options.json) print(filesText(own, service, files));
  if (options.check) {
    if (options.json) printJson(files.map(({manifest, cost}) => ({...manifest, cost})));
    return undefined;
  }
  return noteJob(store.workspace, {
    ...jobPlan(own, service, files),
    folder: options.folder,
    again: options.again
  });
}

/** Examples, tokens, price, and what the service would not use in full. */
function filesText(
  {name, definition}: NamedJob,
  {destination}: JobService,
  files: readonly JobFile[]
): string {
  const [{manifest, cost}] = files as [JobFile];
  const {preflight, nearOtherParts} = manifest;
  const {tokens} = preflight;
  const {findings = []} = preflight.destinations.find((one) => one.destination === destination) ?? {};
  return [
    `${name}: ${definition.base} by ${definition.on.service}`,
    ...files.map(
      ({data, manifest: {dataset, version, split}}) =>
        `  ${data.path}: ${data.rows} examples of ${dataset}@${version}, part ${data.part} of ${split.name}`
    ),
    `  ${tokens.total} tokens${tokens.estimated ? " (estimated)" : ""}${jobCostText(cost)}`,
    ...findings.map((found) => `  ! ${destination}: ${found}`),
    ...nearText(nearOtherParts)
  ].join("\n");
}

function jobCostText(cost: TrainingCost | undefined): string {
  if (!cost) return " an epoch; the number of epochs is not known";
  const usd = cost.usd === undefined ? "price not stated" : `about $${cost.usd.toFixed(2)}`;
  return `, ${cost.epochs} epochs: ${cost.tokens} tokens, ${usd}`;
}

async function tellShutdowns(project: string, {host}: JobService): Promise<void> {
  if (host === undefined) return;
  const today = new Date().toISOString().slice(0, 10);
  for (const {host: of, touches, date, says, asOf} of await readShutdowns(project))
    if (touches === "fine-tuning" && (host === of || host.endsWith(`.${of}`)))
      note(`! ${says}: ${date}${date < today ? ", which is past" : ""} (as of ${asOf}).`);
}

async function newestOf(
  store: Store,
  definition: JobDefinition,
  project: string
): Promise<{version: VersionManifest; defined: DatasetDefinition | undefined}> {
  const {datasets, broken} = await loadDatasets(project);
  if (broken.length > 0 && !datasets.some((one) => one.name === definition.dataset))
    throw new UserError(broken.map(({message}) => message).join("\n"));
  const version = await newestVersions(store)(datasetOf(definition, datasets));
  return {version, defined: datasets.find(({name}) => name === version.dataset)};
}
