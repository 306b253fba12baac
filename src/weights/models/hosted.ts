import {HOSTED} from "./adapted.js";
import {canonicalJson} from "../../base/system/index.js";
import {plainAddress} from "../../base/store/index.js";
import {namedJob} from "../../base/store/jobsNamed.js";
import {recordModel, recordOf} from "./record.js";
import {listModels} from "./registry.js";
import type {ModelManifest} from "./types.js";

export interface HostedRecord extends Pick<
  ModelManifest,
  "name" | "parents" | "training" | "recipe" | "metrics"
> {
  /** What identifies who answers, as `Endpoint.identity` gives it; no secret. */
  endpoint: Readonly<Record<string, string>>;
  /** The model's name there, such as "ft:gpt-4.1-mini:team::abc". */
  model: string;
  /** The id of the job that made it. */
  job?: string;
}

/**
 * Enters a model without files into the registry, such as a provider's fine-tune: its identity is who serves it under
 * which name, and lineage and contamination follow its parents and its training record like any other's. Of a name that a
 * service gives to what several jobs made, each job after the first has a record of its own.
 */
export async function recordHostedModel(modelsDir: string, hosted: HostedRecord): Promise<ModelManifest> {
  const {endpoint, model, job, ...rest} = hosted;
  const served = {architecture: HOSTED, files: [], settings: {endpoint, model}};
  const before = job === undefined ? undefined : await recordOf(modelsDir, served);
  const isOthers = before !== undefined && !mayBeMadeBy(before, job);
  return recordModel(modelsDir, {
    ...rest,
    ...served,
    settings: isOthers ? {...served.settings, job} : served.settings
  });
}

/** Whether a record tells of this job, or of nothing that the model learned from. */
function mayBeMadeBy(model: ModelManifest, job: string | undefined): boolean {
  const named = namedJob(model);
  if (named !== undefined) return named === job;
  return model.settings.export === undefined && model.training === undefined;
}

/**
 * The id in the registry of a model that an endpoint serves: one of that name that was recorded for its address, in any of the
 * forms that an address has, else one that was recorded without an address. Undefined when it was never recorded.
 */
export async function hostedModelId(
  modelsDir: string,
  {endpoint, model}: Pick<HostedRecord, "endpoint" | "model">
): Promise<string | undefined> {
  const named = (await listModels(modelsDir))
    .filter(({architecture, settings}) => architecture === HOSTED && settings.model === model)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const there = named.find(
    ({settings}) => settings.endpoint && placeOf(settings.endpoint) === placeOf(endpoint)
  );
  // A name says who answers only where somebody is asked over a network.
  const anywhere = "baseUrl" in endpoint || "provider" in endpoint;
  return (there ?? (anywhere ? named.find(({settings}) => !settings.endpoint) : undefined))?.id;
}

function placeOf(endpoint: object): string {
  const {baseUrl} = endpoint as {baseUrl?: unknown};
  if (typeof baseUrl !== "string") return canonicalJson(endpoint);
  return plainAddress(baseUrl);
}
