import {UserError} from "../store/index.js";
import {loadMajority} from "./majority.js";
import {modelFolder, readManifest} from "./registry.js";
import {loadTfidfLogReg} from "./tfidfLogReg.js";
import {type LoadedModel, type ModelManifest} from "./types.js";

/** Loads one architecture from a model's folder. Adding one means adding a file and a line below. */
export type ModelLoader = (manifest: ModelManifest, folder: string) => Promise<LoadedModel>;

const loaders: Record<string, ModelLoader> = {
  majority: loadMajority,
  "tfidf-logreg": loadTfidfLogReg
};

/** Loads a model kept below `modelsDir`. Throws when it is unknown or no loader fits its architecture. */
export async function loadModel(modelsDir: string, id: string): Promise<LoadedModel> {
  const manifest = await readManifest(modelsDir, id);
  const loader = loaders[manifest.architecture];
  if (!loader)
    throw new UserError(
      `Model ${manifest.name} has the architecture ${manifest.architecture}; this Assay runs ${Object.keys(loaders).join(", ")}.`
    );
  return loader(manifest, modelFolder(modelsDir, id));
}
