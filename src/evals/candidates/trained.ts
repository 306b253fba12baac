import {embedded} from "../../inference/endpoints/index.js";
import {type DatasetDefinition, isAnswers, noVersion, pull} from "../../data/datasets/index.js";
import {type BuildContext, dataFacts, type ModelSource} from "../../training/finetunes/index.js";
import {loadModel, NotMade} from "../../weights/models/index.js";
import type {ModelManifest} from "../../weights/models/types.js";
import {askedDataset, asDefined, pullRedaction} from "../../data/privacy/index.js";
import type {Candidate, CandidateCosts, PrepareContext} from "../runner/define.js";
import {hashJson} from "../../base/system/index.js";
import {modelsDir, type VersionManifest} from "../../base/store/index.js";
import {declaredContexts} from "./declaredContexts.js";
import {storedModel} from "./stored.js";

/**
 * A candidate whose weights are made here: `source` trains, distils or merges it when the store does not have it,
 * and it answers in this process. A classifier is given the column that it learned from, not the prompt.
 */
export function trained(
  name: string,
  source: ModelSource,
  options: {baseline?: boolean} & CandidateCosts = {}
): Candidate {
  return {
    name,
    ...options,
    reads: source.reads,
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

/**
 * The model of a source for the data a run is about; of a fine-tune, for the data that it declares. One of the store where that is to
 * answer instead.
 */
export function buildModel(source: ModelSource, context: PrepareContext): Promise<ModelManifest> {
  const own: BuildContext = {
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
  };
  const {dataset, sha256} = context.version;
  const declared = declaredContexts({
    store: context.store,
    versionOf: (wanted, name) => trainingVersion(wanted, name, context),
    // A run asks nothing about what stays on this machine; another dataset's rows nobody asked it to learn from.
    unresolved(version) {
      if (version.dataset === dataset) return "nothing";
      return askedDataset(version) === dataset ? "to learn new words" : "to learn";
    },
    known: (version, split) => (version.sha256 === sha256 && split.sha256 === own.split ? own : undefined),
    onlyKnown: context.dryRun,
    onProgress: context.onProgress,
    signal: context.signal
  });
  return (context.instead === undefined ? source : storedModel(context.instead)).build({...own, declared});
}

/** The run's own version of its dataset, the newest of others, which a dry run does not pull. */
export async function trainingVersion(
  wanted: DatasetDefinition | string,
  model: string,
  {store, version, dryRun, onProgress}: PrepareContext
): Promise<VersionManifest> {
  const name = typeof wanted === "string" ? wanted : wanted.name;
  if (name === version.dataset) return version;
  const latest = await store.latestVersion(name);
  if (typeof wanted === "string") {
    if (!latest) throw noVersion(name);
    return latest;
  }
  // Answers are read anew: their runs may have gone on.
  if (latest && (dryRun || !isAnswers(wanted.source))) return asDefined(latest, wanted);
  if (dryRun) throw new NotMade(model, hashJson({unpulled: name}));
  const pulled = await pull(store.workspace, wanted, {...pullRedaction(wanted), onProgress});
  store.refresh();
  return asDefined(pulled.version, wanted);
}

/** Loading waits for the first call: a run whose completions are all in the store never loads the weights. */
export function embeddedEndpoint(dir: string, manifest: ModelManifest) {
  return embedded({
    name: "this machine",
    load: () => loadModel(dir, manifest.id),
    identity: () => ({weights: manifest.id})
  });
}
