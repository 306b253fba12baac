import {existsSync} from "node:fs";
import {resolve} from "node:path";
import {messageOf} from "../../../base/validation/errors.js";
import {withAdapter} from "../lora/adapter.js";
import {readMapping} from "../readMapping.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {ModelReference} from "../recipe/types.js";
import {openCheckpoint} from "../../safetensors/open.js";
import type {OpenModel} from "./openModel.js";

export type {OpenModel};

/** The folder with a model's tokenizer. */
export function tokenizerFolder({tokenizer, checkpoint}: OpenModel): string {
  return tokenizer ?? checkpoint.folder;
}

/** Finds the folder of a model the recipe names; undefined means the name is a path. */
export type ResolveModel = (name: string) => string | undefined | Promise<string | undefined>;

/** Folder of a reference without its adapter: what `resolve` says, else a path below the working directory. */
export async function resolvedFolder(path: string, resolveModel?: ResolveModel): Promise<string> {
  return resolve((await resolveModel?.(path)) ?? path);
}

/** A model as a recipe names it, with the line on which it first does. */
export interface NamedReference {
  reference: ModelReference;
  line?: number | undefined;
}

/** Opens every model once. Throws a RecipeError that names all that cannot be opened. */
export async function openModels(
  named: readonly NamedReference[],
  folderOf: (path: string) => Promise<string>
): Promise<Map<string, OpenModel>> {
  const models = new Map<string, OpenModel>();
  const problems: Problem[] = [];
  const failed = new Set<string>();
  for (const {reference, line} of named) {
    const id = referenceText(reference);
    if (models.has(id) || failed.has(id)) continue;
    try {
      const {adapter} = reference;
      const [path, adapterPath] = [pathOf(reference), adapter && pathOf(adapter)];
      const folder = await folderOf(path);
      const checkpoint = await openCheckpoint(folder);
      const unchecked =
        (path === reference.path ? reference.revision : undefined) ??
        (adapterPath === adapter?.path ? adapter?.revision : undefined);
      const model = {
        id,
        folder,
        checkpoint,
        config: await readMergedConfig(checkpoint.folder),
        unchecked
      };
      models.set(id, adapterPath ? await withAdapter(model, await folderOf(adapterPath), id) : model);
    } catch (error) {
      failed.add(id);
      problems.push({line, message: messageOf(error)});
    }
  }
  if (problems.length > 0) throw new RecipeError(problems);
  return models;
}

/** PATH@REVISION where a folder is called just that, else PATH. */
export function pathOf({path, revision}: {path: string; revision?: string}): string {
  const whole = `${path}@${revision}`;
  return revision !== undefined && existsSync(resolve(whole)) ? whole : path;
}

/** config.json of a model's folder; an empty object when it has none. */
export async function readMergedConfig(folder: string): Promise<Record<string, unknown>> {
  return (await readMapping(folder, "config.json")) ?? {};
}
