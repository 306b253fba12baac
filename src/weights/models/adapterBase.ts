import {baseOfAdapter, filesFolder} from "./outsideFiles.js";
import {readManifest} from "./registry.js";
import type {ModelManifest} from "./types.js";

/**
 * The store's record of the base that an adapter of the store was made on, and the words by which the adapter names it: of one that was
 * trained here the base that it was trained on, of others the one that their adapter_config.json names. Without a record where the store
 * has none of it.
 */
export async function ownBase(
  modelsDir: string,
  adapter: ModelManifest,
  project: string
): Promise<{base?: ModelManifest; named?: string}> {
  const trainedOn = adapter.training && adapter.parents[0]?.id;
  const known =
    trainedOn === undefined ? undefined : await readManifest(modelsDir, trainedOn).catch(() => undefined);
  if (known && adapter.folder === undefined) return {base: known};
  return baseOfAdapter(await filesFolder(modelsDir, adapter, project), {modelsDir, project});
}

/** What to say of an adapter on other weights than those it was made on. Bases are named as the reader finds them. */
export function onOtherBase(adapter: string, own: string, on: string): string {
  return `The adapter ${adapter} was made on ${own}, but is put on ${on}, which has other weights: its answers are not what it learned. Put it on its own base.`;
}
