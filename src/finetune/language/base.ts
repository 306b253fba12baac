import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {basename, join, resolve} from "node:path";
import {assertUsable, listModels, modelFolder, readManifest} from "../../models/index.js";
import {hashJson, sha256File, UserError} from "../../store/index.js";
import type {BuildContext} from "../modelSource.js";
import {type FinetuneDefinition, isFromScratch, isSource} from "./definition.js";
import {readScratch, type Scratch} from "./scratch.js";

/** What training starts from. */
export interface Base {
  folder: string;
  /** Id in the store, or a hash of its files. */
  id: string;
  name: string;
  /** What adapter_config.json calls it. */
  reference: string;
  licence?: string;
  /** A base with random weights, which is still to be written into the folder: it is no parent. */
  scratch?: Scratch;
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
  if (existsSync(join(path, "config.json"))) {
    const files = (await readdir(path)).filter((file) =>
      /\.safetensors$|^config\.json$|^tokenizer/.test(file)
    );
    const hashes = await Promise.all(
      files.sort().map(async (file) => [file, await sha256File(join(path, file))])
    );
    return {
      folder: path,
      id: hashJson({files: hashes}),
      name: basename(path),
      reference: base,
      licence: await licenceOf(path)
    };
  }
  const known = (await listModels(context.dir)).filter(
    ({id, name}) => id === base || name === base || (base.length >= 8 && id.startsWith(base))
  );
  const found = known.sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  const file = `finetunes/${base}.finetune.ts`;
  if (!found && existsSync(resolve(context.project ?? process.cwd(), file)))
    throw new UserError(
      `base ${JSON.stringify(base)}: the store has no model of that name yet. ${file} makes it: \`assay finetune ${base}\` first.`
    );
  if (!found)
    throw new UserError(
      `base ${JSON.stringify(base)}: ${path} has no config.json, and the store has no model of that id or name. \`assay models add ORG/NAME\` fetches one of the Hugging Face hub.`
    );
  return storedBase(found.id, base, context);
}

async function storedBase(id: string, base: string, context: BuildContext): Promise<Base> {
  const manifest = await readManifest(context.dir, id);
  await assertUsable(context.dir, manifest);
  const folder =
    manifest.folder === undefined
      ? await modelFolder(context.dir, manifest.id)
      : resolve(context.project ?? process.cwd(), manifest.folder);
  if (!existsSync(join(folder, "config.json")))
    throw new UserError(
      `base ${base}: the model ${manifest.name} is ${manifest.architecture}, not a checkpoint. Merge an adapter into its base first (\`assay merge\`).`
    );
  return {
    folder,
    id: manifest.id,
    name: manifest.name,
    // A name of the hub is known to other tools, too.
    reference: /^[\w.-]+\/[\w.-]+$/.test(manifest.name) ? manifest.name : manifest.id,
    licence: await licenceOf(folder)
  };
}

/** The licence that a model's README states in its front matter; undefined when it states none. */
async function licenceOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "README.md"), "utf8").catch(() => "");
  const front = /^---\n([\s\S]*?)\n---/.exec(text)?.[1] ?? "";
  return /^license:\s*(\S.*?)\s*$/m.exec(front)?.[1];
}
