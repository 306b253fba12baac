import {UserError} from "../../base/validation/index.js";
import {memberOf} from "../../base/validation/memberOf.js";
import {loadEncoderHead} from "./encoderHead.js";
import {assertUsable} from "./erasedTraining.js";
import {keptModel} from "./keptModels.js";
import {modelFolder, readManifest} from "./registry.js";
import {toPrediction} from "./softmax.js";
import {loadStaticEmbedding} from "./staticEmbedding.js";
import {loadJointNgram, loadTfidfLogReg} from "./tfidfLogReg.js";
import type {ModelLoader, LoadedModel} from "./types.js";

/** Answers every text with the training rows' class shares (add-one smoothed): the floor of any comparison. */
const loadMajority: ModelLoader = async (manifest) => {
  const labels = manifest.labels ?? [];
  const counts = manifest.settings.counts as number[];
  const total = counts.reduce((sum, count) => sum + count, 0) + labels.length;
  const prediction = toPrediction(
    labels,
    counts.map((count) => Math.log((count + 1) / total))
  );
  return {manifest, predict: async (texts) => texts.map(() => ({...prediction}))};
};

/** Adding an architecture means adding a file and a line here. */
const loaders: Record<string, ModelLoader> = {
  majority: loadMajority,
  "tfidf-logreg": loadTfidfLogReg,
  "encoder-head": loadEncoderHead,
  "static-embedding": loadStaticEmbedding,
  "joint-ngram": loadJointNgram
};

/** Whether a model of an architecture classifies here; language models run elsewhere. */
export function hasLoader(architecture: string): boolean {
  return Object.hasOwn(loaders, architecture);
}

/** Loads a model kept below `modelsDir`. Throws when it is unknown, learned from erased rows, or no
 * loader fits its architecture. */
export async function loadModel(modelsDir: string, id: string): Promise<LoadedModel> {
  const manifest = await readManifest(modelsDir, id);
  await assertUsable(modelsDir, manifest);
  const loader = memberOf(loaders, manifest.architecture);
  if (!loader)
    throw new UserError(
      `Model ${manifest.name} has the architecture ${manifest.architecture}; this Assay runs ${Object.keys(loaders).join(", ")}.`
    );
  const folder = await modelFolder(modelsDir, id);
  return keptModel(manifest, folder, () => loader(manifest, folder));
}
