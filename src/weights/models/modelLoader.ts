import type {LoadedModel, ModelManifest} from "./types.js";

/** Loads one architecture from a model's folder. */
export type ModelLoader = (manifest: ModelManifest, folder: string) => Promise<LoadedModel>;
