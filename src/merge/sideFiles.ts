import {existsSync} from "node:fs";
import {copyFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {readJson} from "../store/files.js";
import type {Plan} from "./plan/plan.js";

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
  "chat_template.json",
  "generation_config.json",
  "tokens.json"
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

/** The donor's folder, and those of its files that the result gets as they are. */
export function copiedFiles({tokenizer, donor, chatTemplate}: Plan): {from: string; names: string[]} {
  const from = (tokenizer?.donor ?? donor).checkpoint.folder;
  const names = TOKENIZER_FILES.filter(
    (name) =>
      existsSync(join(from, name)) &&
      !(tokenizer && REBUILT.includes(name)) &&
      !(chatTemplate !== undefined && name.startsWith("chat_template"))
  );
  return {from, names};
}

/** Puts tokenizer files, rebuilt where the recipe asks for it, and the chat template into a folder. */
export async function writeSideFiles(plan: Plan, folder: string): Promise<void> {
  const {tokenizer, chatTemplate} = plan;
  const {from, names} = copiedFiles(plan);
  for (const name of names) await copyFile(join(from, name), join(folder, name));
  if (tokenizer)
    await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.json, null, 2) + "\n");
  if (chatTemplate === undefined) return;
  await writeFile(join(folder, "chat_template.jinja"), chatTemplate);
  const path = join(folder, "tokenizer_config.json");
  const config = await readJson<Record<string, unknown>>(path);
  if (config) await writeFile(path, JSON.stringify({...config, chat_template: chatTemplate}, null, 2) + "\n");
}
