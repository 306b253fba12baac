import {existsSync} from "node:fs";
import {copyFile, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {type InitialSettings, readConfig} from "../../trainer/index.js";
import {leftOut} from "../../../weights/safetensors/index.js";
import {UserError} from "../../../base/validation/index.js";
import {hashJson, makeFolder} from "../../../base/system/index.js";
import type {FromScratch} from "./definition.js";
import {ownTemplate, readJsonFile, TEXT_FILES, type TokenizerFiles, vocabularySize} from "./tokenizer.js";

/** A model with random weights, as it is to be written. */
export interface ModelFromScratch {
  /** Identity of its files. */
  id: string;
  config: Record<string, unknown>;
  /** The folder of its tokenizer, or the tokenizer's files. */
  tokenizer: string | TokenizerFiles;
  seed: string;
}

/** Reads and checks what a model from scratch is made of; writes nothing. */
export async function readScratch(
  {config, tokenizer}: FromScratch,
  seed: string,
  project = process.cwd()
): Promise<ModelFromScratch> {
  const from = typeof tokenizer === "string" ? resolve(project, tokenizer) : tokenizer;
  if (typeof from === "string" && !existsSync(join(from, "tokenizer.json")))
    throw new UserError(`tokenizer ${String(tokenizer)}: ${from} has no tokenizer.json.`);
  const texts =
    typeof from === "string" ? (await readJsonFile(join(from, "tokenizer.json")))! : from["tokenizer.json"];
  const size = vocabularySize(texts);
  const whole = {
    torch_dtype: "float32",
    ...config,
    ...leftOut(config),
    vocab_size: config.vocab_size ?? size
  };
  const {vocabulary} = readConfig(whole, "base.config");
  if (vocabulary < size)
    throw new UserError(`base.config: vocab_size ${vocabulary} is less than the tokenizer's ${size}.`);
  const template = await ownTemplate(from);
  return {id: hashJson({config: whole, texts, template, seed}), config: whole, tokenizer: from, seed};
}

/** Writes config.json and the tokenizer's files: all that is read before training begins. */
export async function writeScratchTexts(
  {config, tokenizer}: ModelFromScratch,
  folder: string
): Promise<void> {
  await makeFolder(folder);
  if (typeof tokenizer === "string") {
    for (const file of TEXT_FILES)
      if (existsSync(join(tokenizer, file))) await copyFile(join(tokenizer, file), join(folder, file));
  } else {
    for (const [file, content] of Object.entries(tokenizer))
      await writeFile(join(folder, file), `${JSON.stringify(content, null, 1)}\n`);
  }
  await writeFile(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
}

/** How the weights are drawn that belong beside what `writeScratchTexts` wrote. */
export function initialOf({config, seed}: ModelFromScratch): InitialSettings {
  const {initializer_range: deviation} = config;
  return {seed, deviation: typeof deviation === "number" ? deviation : undefined};
}
