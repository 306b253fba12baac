import {HOSTED} from "./adapted.js";
import {canonicalJson, plainAddress} from "../store/index.js";
import {recordModel} from "./record.js";
import {listModels} from "./registry.js";
import type {ModelManifest} from "./types.js";

export interface HostedModel extends Pick<
  ModelManifest,
  "name" | "parents" | "training" | "recipe" | "metrics"
> {
  /** What identifies who answers, as `Endpoint.identity` gives it; no secret. */
  endpoint: Readonly<Record<string, string>>;
  /** The model's name there, such as "ft:gpt-4.1-mini:team::abc". */
  model: string;
}

/**
 * Enters a model without files into the registry, such as a provider's fine-tune: its identity is who serves it under
 * which name, and lineage and contamination follow its parents and its training record like any other's.
 */
export function recordHostedModel(modelsDir: string, hosted: HostedModel): Promise<ModelManifest> {
  const {endpoint, model, ...rest} = hosted;
  return recordModel(modelsDir, {
    ...rest,
    architecture: HOSTED,
    files: [],
    settings: {endpoint, model}
  });
}

/**
 * The id in the registry of a model that an endpoint serves: one of that name that was recorded for its address, in any of the
 * forms that an address has, else one that was recorded without an address. Undefined when it was never recorded.
 */
export async function hostedModelId(
  modelsDir: string,
  {endpoint, model}: Pick<HostedModel, "endpoint" | "model">
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
