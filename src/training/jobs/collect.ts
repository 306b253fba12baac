import {type CheckedOn, type ModelManifest, recordHostedModel} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  beginningOf,
  type JobRecord,
  modelsDir,
  readOrigins,
  updateJob,
  type Workspace
} from "../../base/store/index.js";
import {running, type JobProgressOptions} from "./atHand.js";
import {erasedOfJob, markErased} from "./erasedRows.js";
import {ownBaseIsOther} from "./ownBaseIsOther.js";
import {saidNumber} from "./more.js";
import {recordFiles} from "./record.js";
import {openService} from "./services/index.js";
import {logOf, statusText} from "./statusText.js";
import {lookAtStatus} from "./watch.js";

/**
 * Enters what a job made into the store: a folder's files stay where they are, a model that only the service has is entered
 * by its name there. Its lineage leads through the job to the split and the dataset's version. Collecting again gives the same
 * model. Throws for a job that did not succeed.
 */
export async function collectJob(
  workspace: Workspace,
  id: string,
  told: JobProgressOptions = {}
): Promise<{job: JobRecord; model: ModelManifest}> {
  const {job, look} = await lookAtStatus(workspace, id, told);
  if (look.outcome !== "succeeded") {
    const log = look.outcome === "failed" ? await logOf(workspace, job) : undefined;
    const advice =
      look.outcome === undefined
        ? ` yet. \`assay jobs watch ${id}\` waits for it.`
        : `.${log ? ` Its log is ${log.path}.` : ""} \`assay jobs submit ${job.name} --again\` sends it once more.`;
    throw new UserError(`job ${id} is ${statusText(look)}: there is nothing to collect${advice}`);
  }
  const result = await openService(job.service).collect(running(workspace, job, told), look);
  const made = {
    name: job.name,
    parents: await parentsOfJob(workspace, job, told.onMessage),
    training: trainingOfJob(job),
    recipe: {method: `job at ${job.service.service}`, sha256: job.key, source: job.id},
    metrics: result.metrics
  };
  const model =
    result.kind === "hosted"
      ? await recordHostedModel(modelsDir(workspace), {
          ...made,
          endpoint: result.endpoint,
          model: result.model,
          job: job.id
        })
      : await recordFiles(workspace, result.folder, {
          ...made,
          settings: {job: job.id, base: job.base},
          from: {job: job.id},
          rename: true
        });
  const otherParent = await ownBaseIsOther(workspace, model, made.parents);
  if (otherParent !== undefined) told.onMessage?.(otherParent);
  await markErased(workspace, model, await erasedOfJob(workspace, id), told.onMessage);
  const trained = result.metrics?.trainedTokens;
  return {
    job: await updateJob(workspace, id, ({tokens}) => ({
      model: {id: model.id, at: new Date().toISOString()},
      tokens: tokens && {...tokens, trained}
    })),
    model
  };
}

/**
 * The model that a job goes on from, for the record of what it made: its stated parent or its base. One that the store lacks is
 * named all the same, so that nobody takes what was learned for the whole of it, and that is said.
 */
export async function parentsOfJob(
  workspace: Workspace,
  job: JobRecord,
  onMessage: (message: string) => void = () => undefined
): Promise<ModelManifest["parents"]> {
  const from = beginningOf(job, await readOrigins(workspace));
  if (!from) return [];
  if (from.missing)
    onMessage(
      `! the store has no model ${JSON.stringify(from.name)}, the ${from.name === job.base ? "base" : "`parent`"} of job ${job.id}: what it learned from cannot be told.`
    );
  return [{id: from.id, name: from.name}];
}

/** What a job's model has learned from, for its record. */
export function trainingOfJob(job: JobRecord): NonNullable<ModelManifest["training"]> {
  const [{part, rows, rowsSha256}, checked] = job.data as [JobRecord["data"][0], JobRecord["data"][0]?];
  const {words, usualSeed = "the service's own", checksNone} = openService(job.service);
  const seed = saidNumber(job.settings, words(job.format), "seed") ?? usualSeed;
  const last = job.statuses.find(({outcome}) => outcome !== undefined);
  const ended = last?.endedAt ?? last?.at;
  const begun = job.remote?.at ?? job.at;
  return {
    dataset: job.dataset,
    version: job.version,
    split: job.split.sha256,
    part,
    rows,
    rowsSha256,
    seed,
    seconds: ended === undefined ? 0 : Math.max(0, (Date.parse(ended) - Date.parse(begun)) / 1000),
    validation: checked && !checksNone?.(job) ? checkedOn(checked) : undefined
  };
}

/** Nobody tells whether the checks decided which weights it has. */
function checkedOn({part, rows, rowsSha256}: JobRecord["data"][0]): CheckedOn {
  return {part, rows, rowsSha256, cut: 0, leftOut: 0, decided: []};
}
