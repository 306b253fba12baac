import {existsSync} from "node:fs";
import {basename, join} from "node:path";
import {moduleVersion} from "../../base/fingerprint/index.js";
import {hashJson, sha256, sha256File} from "../../base/system/hash.js";
import type {HashedFile} from "./hashes.js";
import {METHODS} from "./methods/index.js";
import type {MergeOptions} from "./options.js";
import {tokenizerFolder} from "./plan/model.js";
import type {MergePlan} from "./plan/plan.js";
import {copiedFiles} from "./sideFiles.js";

/** What makes two merges the same: everything that can change a byte of the result. */
export async function fingerprintOf(
  plan: MergePlan,
  inputs: ReadonlyMap<string, HashedFile[]>,
  options: MergeOptions
): Promise<string> {
  return hashJson({
    code: mergeVersion(plan.recipe.method),
    recipe: plan.recipe.text,
    inputs: [...inputs].map(([id, files]) => [id, files.map(({sha256: hash}) => hash)]),
    config: plan.config,
    tokenizer: plan.tokenizer?.json ?? null,
    tokenizerConfig: plan.tokenizer?.config ?? null,
    vocabSize: plan.tokenizer?.vocabSize ?? null,
    tokenizers: await tokenizerHashes(plan),
    copied: await copiedHashes(plan),
    chatTemplate: plan.chatTemplate ?? null,
    seed: options.seed ?? 0,
    drawBy: options.drawBy ?? "files",
    exact: options.exact ?? false,
    shardSize: options.shardSize ?? null,
    masks: Object.entries(options.masks ?? {}).map(([key, mask]) => [key, sha256(mask)])
  });
}

/** Where rows are re-ordered, each model's tokenizer says which row is which token's. */
async function tokenizerHashes({tokenizer, models}: MergePlan): Promise<(string | null)[]> {
  const paths = tokenizer ? models.map((model) => join(tokenizerFolder(model), "tokenizer.json")) : [];
  return Promise.all(paths.map((path) => (existsSync(path) ? sha256File(path) : null)));
}

async function copiedHashes(plan: MergePlan): Promise<[string, string][]> {
  return Promise.all(
    copiedFiles(plan).map(async (path) => [basename(path), await sha256File(path)] as [string, string])
  );
}

/** The version of the code that plans and carries out merges by a method: other methods do not count. */
export function mergeVersion(method: string): string[] {
  const at = (name: string) => new URL(name, import.meta.url).href;
  const [entry, own] = method === "moe" ? ["moe/merge.js", "passthrough"] : ["merge.js", method];
  const core = moduleVersion(at(entry), {without: [at("methods/index.js")]});
  return METHODS[own] ? [core, moduleVersion(at(`methods/${own}.js`))] : [core];
}
