import {rm} from "node:fs/promises";
import {join} from "node:path";
import {assertUsable, listModels, type ModelManifest} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {makeFolder, temporaryPath} from "../../base/system/index.js";
import {
  type JobRecord,
  modelsDir,
  readJobs,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import {collectJob} from "./collect.js";
import {openService} from "./services/index.js";
import {type JobSubmitOptions, newestJob, noteJob, startJob} from "./submit.js";
import {jobFormat, jobPlan, type NamedJob, trainingFiles, trainingSettings} from "./trainingFiles.js";
import {lastStatus, watchJob} from "./watch.js";

export interface JobModelOptions extends Pick<JobSubmitOptions, "pay"> {
  signal?: AbortSignal;
  onMessage(text: string): void;
  /** Most milliseconds between looks. */
  everyMs?: number;
}

/**
 * The model that a job trains on a version: sent when it was not yet, followed to its end, fetched, and the same model ever after. A
 * killed process loses nothing: the next one finds the job. One that failed or was cancelled before is sent once more. Throws a
 * UserError where it fails now, or where rows may not be sent.
 */
export async function modelOfJob(
  store: Store,
  own: Pick<NamedJob, "name" | "definition">,
  version: VersionManifest,
  {signal, pay, onMessage, everyMs}: JobModelOptions
): Promise<ModelManifest> {
  const {workspace} = store;
  const {id} = await noted(store, own, version, {onMessage, signal});
  const known = await modelAtHand(store, id);
  if (known) return known;
  const {how} = await startJob(workspace, id, {signal, pay, onMessage});
  onMessage(how === "started" ? `job ${id} is submitted` : `job ${id} was submitted before: it goes on`);
  const {statuses} = await watchJob(workspace, id, {signal, onMessage, everyMs});
  if (statuses.at(-1)?.outcome === undefined) {
    signal?.throwIfAborted();
    throw new UserError(`job ${id} has not ended. \`assay jobs watch ${id}\` follows it.`);
  }
  return (await collectJob(workspace, id, {signal, onMessage})).model;
}

/** The model of a job on a version that was collected already; undefined where there is none. */
export async function collectedModel(
  store: Store,
  {name}: Pick<NamedJob, "name">,
  version: VersionManifest
): Promise<ModelManifest | undefined> {
  const jobs = (await readJobs(store.workspace)).filter(
    (job) => job.name === name && job.dataset === version.dataset && job.version === version.id
  );
  const last = jobs.at(-1);
  return last && modelAtHand(store, last.id);
}

/** Writes the training files and notes the job; one that ended without a model is noted once more. */
async function noted(
  store: Store,
  own: Pick<NamedJob, "name" | "definition">,
  version: VersionManifest,
  {onMessage}: JobModelOptions
): Promise<JobRecord> {
  const {workspace} = store;
  const {definition} = own;
  const service = openService(definition.on);
  service.check({
    base: definition.base,
    settings: trainingSettings(definition),
    format: jobFormat(definition, service)
  });
  service.checkKey?.();
  const folder = temporaryPath(join(workspace.tmpDir, own.name));
  const what = `writing the training files of job ${own.name}`;
  try {
    return await workspace.share(`using-${version.id}`, {what}, () =>
      workspace.share(`files-${version.id}`, {what}, async () => {
        await makeFolder(folder);
        const files = await trainingFiles(store, own, service, version, {folder, onMessage});
        const plan = {...jobPlan(own, service, files), folder};
        const newest = await newestJob(workspace, plan);
        const outcome = newest && lastStatus(newest)?.outcome;
        if (newest?.remote && (outcome === undefined || outcome === "succeeded")) return newest;
        if (outcome !== undefined) onMessage(`job ${newest!.id} ended as ${outcome}: it is sent once more`);
        return noteJob(workspace, {...plan, again: newest !== undefined});
      })
    );
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

async function modelAtHand({workspace}: Store, id: string): Promise<ModelManifest | undefined> {
  const model = (await readJobs(workspace)).find((one) => one.id === id)?.model;
  if (!model) return undefined;
  const dir = modelsDir(workspace);
  const found = (await listModels(dir)).find((one) => one.id === model.id);
  if (found) await assertUsable(dir, found);
  return found;
}
