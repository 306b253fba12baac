import {existsSync} from "node:fs";
import {copyFile, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {readJson} from "../../base/system/files.js";
import {tokenizerFolder} from "./plan/model.js";
import type {MergePlan} from "./plan/plan.js";

const TOKENIZER_FILES = [
  "tokenizer_config.json",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer.model",
  "added_tokens.json",
  "vocab.json",
  "vocab.txt",
  "merges.txt",
  "chat_template.jinja",
  "chat_template.json"
];

/** What lies beside the weights whatever the tokenizer. */
const OWN_FILES = ["generation_config.json", "tokens.json"];

/** How a model reads what is not text. */
const PROCESSOR_FILES = [
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "normalizer.json"
];

/** A rebuilt vocabulary makes the slow tokenizers' own files wrong. */
const REBUILT = [
  "tokenizer.json",
  "tokenizer.model",
  "added_tokens.json",
  "vocab.json",
  "vocab.txt",
  "merges.txt"
];

/** The files of its models that the result gets as they are: the tokenizer's, and what processes images and sound. */
export function copiedFiles({tokenizer, donor, chatTemplate}: MergePlan): string[] {
  const texts = TOKENIZER_FILES.filter(
    (name) =>
      !(tokenizer && REBUILT.includes(name)) &&
      !(chatTemplate !== undefined && name.startsWith("chat_template"))
  );
  const below = (folder: string) => (name: string) => join(folder, name);
  const speaker = tokenizer?.donor ?? donor;
  return [
    ...texts.map(below(tokenizerFolder(speaker))),
    ...OWN_FILES.map(below(speaker.checkpoint.folder)),
    ...PROCESSOR_FILES.map(below(donor.checkpoint.folder))
  ].filter((path) => existsSync(path));
}

/** Puts tokenizer files, rebuilt where the recipe asks for it, and the chat template into a folder. */
export async function writeSideFiles(plan: MergePlan, folder: string): Promise<void> {
  const {tokenizer, chatTemplate} = plan;
  for (const path of copiedFiles(plan)) await copyFile(path, join(folder, basename(path)));
  if (tokenizer)
    await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.json, null, 2) + "\n");
  const path = join(folder, "tokenizer_config.json");
  if (tokenizer?.config) await writeFile(path, JSON.stringify(tokenizer.config, null, 2) + "\n");
  if (chatTemplate === undefined) return;
  await writeFile(join(folder, "chat_template.jinja"), chatTemplate);
  const config = await readJson<Record<string, unknown>>(path);
  if (config) await writeFile(path, JSON.stringify({...config, chat_template: chatTemplate}, null, 2) + "\n");
}
