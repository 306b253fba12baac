import {existsSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {basename, join, resolve} from "node:path";
import {
  assertNotErased,
  assertUsable,
  hashedFiles,
  isAdapter,
  isWeightFile,
  licenceIn,
  listModels,
  manyMeant,
  meantModel,
  modelAt,
  type ModelManifest,
  readManifest,
  unchangedFolder,
  withoutWeights
} from "../../../weights/models/index.js";
import {nearest, UserError} from "../../../base/validation/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {BuildContext} from "../modelSource.js";
import {type FinetuneDefinition, isFromScratch, isSource} from "./definition.js";
import {readScratch, type ModelFromScratch} from "./scratch.js";

/** What training starts from. */
export interface Base {
  folder: string;
  /** Id in the store, or a hash of its files. */
  id: string;
  name: string;
  /** The store's record of a base that is given by its path. */
  record?: {id: string; name: string};
  /** What adapter_config.json calls it. */
  reference: string;
  licence?: string;
  /** A base with random weights, which is still to be written into the folder: it is no parent. */
  scratch?: ModelFromScratch;
}

/**
 * Finds a base's folder: a path from the project, a model of the store by id or name, one that another source makes, or
 * the folder in `work` where a new one is to be written. Writes nothing itself.
 */
export async function findBase(
  {base, seed = "assay"}: FinetuneDefinition,
  context: BuildContext,
  work: string
): Promise<Base> {
  if (isSource(base)) return storedBase((await base.build(context)).id, base.name, context);
  if (isFromScratch(base)) {
    const scratch = await readScratch(base, `${seed}/${context.seed}`, context.project);
    const name = "random weights";
    return {folder: join(work, "base"), id: scratch.id, name, reference: name, scratch};
  }
  const path = resolve(context.project ?? process.cwd(), base);
  if (existsSync(join(path, "config.json"))) return baseAt(path, base, context.dir);
  const known = await listModels(context.dir);
  const found = meantModel(known, base);
  const file = `finetunes/${base}.finetune.ts`;
  if (!found && existsSync(resolve(context.project ?? process.cwd(), file)))
    throw new UserError(
      `base ${JSON.stringify(base)}: the store has no model of that name yet. ${file} makes it: \`assay finetune ${base}\` first.`
    );
  if (!found) {
    const near = nearest(base, [...known.map(({name}) => name), ...(await definedIn(context.project))]);
    throw new UserError(
      `base ${JSON.stringify(base)}: ${path} has no config.json, and the store has no model of that id or name. ${near === undefined ? "" : `Did you mean ${JSON.stringify(near)}? `}\`assay models add ORG/NAME\` fetches one of the Hugging Face hub.`
    );
  }
  const many = manyMeant(known, base);
  if (many !== undefined) context.onProgress?.(`base: ${many}`);
  return storedBase(found.id, base, context);
}

/** The names of the files that define fine-tunes. */
async function definedIn(project = process.cwd()): Promise<string[]> {
  const names = await readdir(join(project, "finetunes")).catch(() => [] as string[]);
  return names.flatMap((name) => /^(.+)\.finetune\.ts$/.exec(name)?.[1] ?? []);
}

/** The files that decide what a training makes of a base. */
const READ = /\.safetensors$|^config\.json$|^tokenizer|^chat_template\.jinja$/;

/** The base in a folder. Throws when the store's record of it says that it may not be used. */
async function baseAt(path: string, reference: string, dir: string): Promise<Base> {
  const names = (await readdir(path)).filter((file) => READ.test(file));
  const files = await hashedFiles(path, names.sort());
  const weights = files.filter(({path: file}) => isWeightFile(file));
  const known = modelAt(await listModels(dir), {path, files: weights}, dir);
  if (known) await assertNotErased(dir, known);
  return {
    folder: path,
    id: hashJson({files: files.map(({path: file, sha256}) => [file, sha256])}),
    name: basename(path),
    reference,
    record: known && {id: known.id, name: known.name},
    licence: await licenceIn(path)
  };
}

async function storedBase(id: string, base: string, context: BuildContext): Promise<Base> {
  const manifest = await readManifest(context.dir, id);
  await assertUsable(context.dir, manifest);
  const why = withoutWeights(manifest);
  if (why !== undefined) throw new UserError(`base ${base}: ${manifest.name} is ${why}.`);
  const folder = await unchangedFolder(context.dir, manifest, context.project ?? process.cwd());
  if (!existsSync(join(folder, "config.json")))
    throw new UserError(
      `base ${base}: the model ${manifest.name} is ${manifest.architecture}, not a checkpoint.${isAdapter(manifest) ? await mergeFirst(manifest, context.dir) : ""}`
    );
  return {
    folder,
    id: manifest.id,
    name: manifest.name,
    // A name of the hub is known to other tools, too.
    reference: /^[\w.-]+\/[\w.-]+$/.test(manifest.name) ? manifest.name : manifest.id,
    licence: await licenceIn(folder)
  };
}

async function mergeFirst(adapter: ModelManifest, dir: string): Promise<string> {
  const known = await listModels(dir);
  const word = ({name, id}: {name: string; id: string}) =>
    /^[\w./-]+$/.test(name) && meantModel(known, name)?.id === id ? name : id.slice(0, 12);
  const [on] = adapter.parents;
  const model = `${on ? word(on) : "BASE"}+${word(adapter)}`;
  return ` Merge it into its base first, by the recipe {merge_method: passthrough, models: [{model: ${model}}]} (\`assay merge RECIPE.yml --out DIR\`), and begin with what that makes.`;
}
