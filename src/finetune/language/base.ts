import {existsSync} from "node:fs";
import {copyFile, mkdir, readdir, readFile, writeFile} from "node:fs/promises";
import {basename, join, resolve} from "node:path";
import {initialWeights, readConfig} from "../../language/index.js";
import {assertUsable, listModels, modelFolder, readManifest} from "../../models/index.js";
import {writeSafetensors} from "../../safetensors/index.js";
import {hashJson, sha256File, UserError} from "../../store/index.js";
import type {BuildContext} from "../modelSource.js";
import {type FinetuneDefinition, type FromScratch, isFromScratch, isSource} from "./definition.js";
import {TEXT_FILES, vocabularySize} from "./tokenizer.js";

/** What training starts from. */
export interface Base {
  folder: string;
  /** Id in the store, or a hash of its files. */
  id: string;
  name: string;
  /** What adapter_config.json calls it. */
  reference: string;
  licence?: string;
  /** Made here with random weights: it is no parent. */
  scratch: boolean;
}

/**
 * Finds a base's folder: a path from the project, a model of the store by id or name, one that another source makes, or a
 * new one made in `work`.
 */
export async function findBase(
  {base, seed = "assay"}: FinetuneDefinition,
  context: BuildContext,
  work: string
): Promise<Base> {
  if (isSource(base)) return storedBase((await base.build(context)).id, base.name, context);
  if (isFromScratch(base)) return newModel(base, `${seed}/${context.seed}`, context, work);
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
      licence: await licenceOf(path),
      scratch: false
    };
  }
  const known = (await listModels(context.dir)).filter(
    ({id, name}) => id === base || name === base || (base.length >= 8 && id.startsWith(base))
  );
  const found = known.sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
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
    licence: await licenceOf(folder),
    scratch: false
  };
}

async function newModel(
  {config, tokenizer}: FromScratch,
  seed: string,
  context: BuildContext,
  work: string
): Promise<Base> {
  const folder = join(work, "base");
  await mkdir(folder, {recursive: true});
  let texts: Record<string, unknown>;
  if (typeof tokenizer === "string") {
    const from = resolve(context.project ?? process.cwd(), tokenizer);
    if (!existsSync(join(from, "tokenizer.json")))
      throw new UserError(`tokenizer ${tokenizer}: ${from} has no tokenizer.json.`);
    for (const file of TEXT_FILES)
      if (existsSync(join(from, file))) await copyFile(join(from, file), join(folder, file));
    texts = JSON.parse(await readFile(join(from, "tokenizer.json"), "utf8")) as Record<string, unknown>;
  } else {
    for (const [file, content] of Object.entries(tokenizer))
      await writeFile(join(folder, file), `${JSON.stringify(content, null, 1)}\n`);
    texts = tokenizer["tokenizer.json"];
  }
  const size = vocabularySize(texts);
  const whole = {torch_dtype: "float32", ...config, vocab_size: config.vocab_size ?? size};
  const parsed = readConfig(whole, "base.config");
  if (parsed.vocabulary < size)
    throw new UserError(`base.config: vocab_size ${parsed.vocabulary} is less than the tokenizer's ${size}.`);
  await writeFile(join(folder, "config.json"), `${JSON.stringify(whole, null, 2)}\n`);
  const deviation = typeof config.initializer_range === "number" ? config.initializer_range : undefined;
  await writeSafetensors(
    join(folder, "model.safetensors"),
    [...initialWeights(parsed, seed, deviation)].map(({name, shape, data}) => ({
      name,
      dtype: "F32" as const,
      shape,
      data: new Uint8Array(data.buffer)
    }))
  );
  return {
    folder,
    id: hashJson({config: whole, texts, seed}),
    name: "random weights",
    reference: "random weights",
    scratch: true
  };
}

/** The licence that a model's README states in its front matter; undefined when it states none. */
async function licenceOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "README.md"), "utf8").catch(() => "");
  const front = /^---\n([\s\S]*?)\n---/.exec(text)?.[1] ?? "";
  return /^license:\s*(\S.*?)\s*$/m.exec(front)?.[1];
}
