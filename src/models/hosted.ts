import {hashJson} from "../store/index.js";
import {recordModel} from "./record.js";
import {readManifest} from "./registry.js";
import type {ModelManifest} from "./types.js";

/** The architecture of a model that somebody else serves: there is no file of it here, and no loader. */
export const HOSTED = "hosted";

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

/** The id in the registry of a model that an endpoint serves; undefined when it was never recorded. */
export async function hostedModelId(
  modelsDir: string,
  {endpoint, model}: Pick<HostedModel, "endpoint" | "model">
): Promise<string | undefined> {
  const id = hashJson({architecture: HOSTED, settings: {endpoint, model}, files: []});
  return (await readManifest(modelsDir, id).catch(() => undefined))?.id;
}
