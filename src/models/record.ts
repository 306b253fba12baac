import {hashJson, modelKey, modelsPlace, putJson} from "../store/index.js";
import type {ModelManifest} from "./types.js";

/** A model whose files stay where they are, or that has none. */
export type RecordedModel = Omit<ModelManifest, "kind" | "schemaVersion" | "id" | "createdAt">;

/**
 * Enters a model into the lineage without copying its files: large merges lie in a folder of their own. The id is
 * made as `saveModel` makes it, so the same files have the same id; recording them again replaces the record.
 */
export async function recordModel(modelsDir: string, model: RecordedModel): Promise<ModelManifest> {
  const {architecture, labels, settings} = model;
  const files = [...model.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: ModelManifest = {
    kind: "model",
    schemaVersion: 1,
    id: hashJson({architecture, labels, settings, files}),
    createdAt: new Date().toISOString(),
    ...model,
    files
  };
  await putJson({place: modelsPlace(modelsDir)}, modelKey(manifest.id, "manifest.json"), manifest);
  return manifest;
}
