import {existsSync} from "node:fs";
import {copyFile, rename, rm, rmdir, writeFile, readdir, stat} from "node:fs/promises";
import {dirname, join, resolve} from "node:path";
import {flushFolder, readJson, writeJsonAtomic} from "../store/files.js";
import {sha256File} from "../store/hash.js";
import {modelCard} from "./card.js";
import type {Produced} from "./execute.js";
import type {MergeOptions} from "./options.js";
import type {Plan} from "./plan/plan.js";
import type {MergeReport} from "./report.js";
import {shardIndex} from "../safetensors/shards.js";

/** The report and what it is the report of, kept beside the weights. */
export const REPORT_NAME = "merge_report.json";

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

/** How a model reads what is not text. */
const PROCESSOR_FILES = [
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "normalizer.json"
];

interface Finished {
  plan: Plan;
  report: MergeReport;
  fingerprint: string;
  produced: Produced;
  /** Called when all files are written and hashed. */
  ended(): void;
}

/** Puts config, recipe, card, tokenizer files and report beside the shards, then renames the folder to `out`. */
export async function publish(
  {plan, report, fingerprint, produced, ended}: Finished,
  options: MergeOptions
): Promise<MergeReport> {
  const {folder, plan: shards} = produced;
  const out = resolve(options.out);
  if (shards.length > 1) await writeFile(join(folder, "model.safetensors.index.json"), shardIndex(shards));
  await writeFile(join(folder, "config.json"), JSON.stringify(plan.config, null, 2) + "\n");
  await writeFile(join(folder, "merge_recipe.yml"), plan.recipe.text);
  await writeFile(join(folder, "README.md"), modelCard(report));
  for (const name of PROCESSOR_FILES)
    if (existsSync(join(plan.donor.checkpoint.folder, name)))
      await copyFile(join(plan.donor.checkpoint.folder, name), join(folder, name));
  await writeTokenizer(plan, folder);
  await rm(join(folder, "state.json"), {force: true});
  for (const {name} of shards) await rm(join(folder, `${name}.json`), {force: true});
  const outputs = [...report.outputs];
  for (const name of (await readdir(folder)).sort()) {
    if (outputs.some(({path}) => path === name)) continue;
    const path = join(folder, name);
    outputs.push({path: name, bytes: (await stat(path)).size, sha256: await sha256File(path)});
  }
  ended();
  const full: MergeReport = {...report, outputs};
  await writeJsonAtomic(join(folder, REPORT_NAME), {fingerprint, report: full});
  if (existsSync(out)) await rmdir(out);
  await rename(folder, out);
  await flushFolder(dirname(out));
  return full;
}

async function writeTokenizer({tokenizer, donor, chatTemplate}: Plan, folder: string): Promise<void> {
  // A rebuilt vocabulary makes the slow tokenizers' own files wrong.
  const rebuilt = [
    "tokenizer.json",
    "tokenizer.model",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt"
  ];
  const from = (tokenizer?.donor ?? donor).checkpoint.folder;
  for (const name of TOKENIZER_FILES)
    if (
      existsSync(join(from, name)) &&
      !(tokenizer && rebuilt.includes(name)) &&
      !(chatTemplate !== undefined && name.startsWith("chat_template"))
    )
      await copyFile(join(from, name), join(folder, name));
  if (tokenizer)
    await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.json, null, 2) + "\n");
  const path = join(folder, "tokenizer_config.json");
  if (tokenizer?.config) await writeFile(path, JSON.stringify(tokenizer.config, null, 2) + "\n");
  if (chatTemplate === undefined) return;
  await writeFile(join(folder, "chat_template.jinja"), chatTemplate);
  const config = await readJson<Record<string, unknown>>(path);
  if (config) await writeFile(path, JSON.stringify({...config, chat_template: chatTemplate}, null, 2) + "\n");
}
