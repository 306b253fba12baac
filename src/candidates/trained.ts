import {modelsDir} from "../store/index.js";
import {embedded} from "../endpoints/index.js";
import {dataFacts, type ModelSource} from "../finetune/index.js";
import {loadModel} from "../models/index.js";
import type {ModelManifest} from "../models/types.js";
import type {Candidate, CandidateCosts, PrepareContext} from "../runner/define.js";

/**
 * A candidate whose weights are made here: `source` trains, distils or merges it when the store does not have it,
 * and it answers in this process.
 */
export function trained(
  name: string,
  source: ModelSource,
  options: {baseline?: boolean} & CandidateCosts = {}
): Candidate {
  return {
    name,
    ...options,
    async prepare(context) {
      const manifest = await buildModel(source, context);
      return {
        endpoint: embeddedEndpoint(modelsDir(context.store.workspace), manifest),
        model: manifest.name,
        modelId: manifest.id
      };
    }
  };
}

/** The model of a source for the data a run is about. */
export function buildModel(source: ModelSource, context: PrepareContext): Promise<ModelManifest> {
  return source.build({
    dir: modelsDir(context.store.workspace),
    rows: (part) => context.rows(part),
    dataset: context.version.dataset,
    version: context.version.sha256,
    split: context.split.sha256,
    leftOut: context.leftOut,
    seed: context.seed,
    project: context.store.workspace.project,
    facts: dataFacts(context.version, context.split),
    onlyKnown: context.dryRun,
    onProgress: context.onProgress,
    signal: context.signal
  });
}

/** Loading waits for the first call: a run whose completions are all in the store never loads the weights. */
export function embeddedEndpoint(dir: string, manifest: ModelManifest) {
  return embedded({
    name: "this machine",
    load: () => loadModel(dir, manifest.id),
    identity: () => ({weights: manifest.id})
  });
}
