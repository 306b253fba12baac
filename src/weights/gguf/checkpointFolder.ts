import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {type Checkpoint, openCheckpoint} from "../safetensors/index.js";
import {assertTextFile} from "../../base/system/index.js";
import {messageOf, UserError} from "../../base/validation/errors.js";

/** A model folder as the Hugging Face hub lays it out, opened: nothing of its weights is in memory. */
export interface CheckpointFolder {
  folder: string;
  config: Record<string, unknown>;
  tokenizer: Record<string, unknown>;
  tokenizerConfig: Record<string, unknown>;
  /** generation_config.json; absent when there is none. */
  generationConfig?: Record<string, unknown>;
  /** The chat template's source; undefined when the model has none. */
  chatTemplate?: string;
  weights: Checkpoint;
}

/** Opens config.json, tokenizer.json, tokenizer_config.json, the chat template and the headers of the weights. */
export async function openCheckpointFolder(path: string): Promise<CheckpointFolder> {
  const folder = resolve(path);
  const weights = await openCheckpoint(folder);
  const config = await readObject(folder, "config.json");
  const tokenizer = await readObject(folder, "tokenizer.json");
  const optional = async (name: string) =>
    existsSync(join(folder, name)) ? await readObject(folder, name) : undefined;
  const tokenizerConfig = (await optional("tokenizer_config.json")) ?? {};
  return {
    folder,
    config: flattened(config),
    tokenizer,
    tokenizerConfig,
    generationConfig: await optional("generation_config.json"),
    chatTemplate: await chatTemplateOf(folder, tokenizerConfig),
    weights
  };
}

/** Models that see and read keep the language model's settings one level down. */
function flattened(config: Record<string, unknown>): Record<string, unknown> {
  const inner = config.text_config;
  return typeof inner === "object" && inner !== null ? {...config, ...inner} : config;
}

/** A JSON file of a model's folder that must be there and hold an object. */
export async function readObject(folder: string, name: string): Promise<Record<string, unknown>> {
  const path = join(folder, name);
  await assertTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(
      existsSync(path)
        ? `${path} is not valid JSON (${messageOf(cause)}). Fetch it again.`
        : `${folder} has no ${name}. Fetch the whole model folder.`,
      {cause}
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${path} holds no JSON object. Fetch it again.`);
  return value as Record<string, unknown>;
}

async function chatTemplateOf(
  folder: string,
  tokenizerConfig: Record<string, unknown>
): Promise<string | undefined> {
  const path = join(folder, "chat_template.jinja");
  await assertTextFile(path);
  if (existsSync(path)) return readFile(path, "utf8");
  const own = tokenizerConfig.chat_template;
  if (typeof own === "string") return own;
  if (!Array.isArray(own)) return undefined;
  const named = (own as {name?: unknown; template?: unknown}[]).find(({name}) => name === "default");
  return typeof named?.template === "string" ? named.template : undefined;
}
