import {rename, rm, writeFile, readdir, stat} from "node:fs/promises";
import {dirname, join, resolve} from "node:path";
import {flushFolder, writeJsonAtomic} from "../../base/system/files.js";
import {sha256File} from "../../base/system/hash.js";
import {modelCard} from "./card.js";
import type {Produced} from "./execute.js";
import type {MergeOptions} from "./options.js";
import {makeWay, REPORT_NAME} from "./outFolder.js";
import type {MergePlan} from "./plan/plan.js";
import type {MergeReport} from "./report.js";
import {writeSideFiles} from "./sideFiles.js";
import {shardIndex} from "../safetensors/shards.js";

interface Finished {
  plan: MergePlan;
  report: MergeReport;
  fingerprint: string;
  produced: Produced;
  /** Called when all files are written and hashed. */
  ended(): void;
  /** Throws when another machine may have taken this merge over. */
  confirm(): Promise<void>;
}

/** Puts config, recipe, card, tokenizer files and report beside the shards, then renames the folder to `out`. */
export async function publish(
  {plan, report, fingerprint, produced, ended, confirm}: Finished,
  options: MergeOptions
): Promise<MergeReport> {
  const {folder, plan: shards} = produced;
  const out = resolve(options.out);
  await confirm();
  if (shards.length > 1) await writeFile(join(folder, "model.safetensors.index.json"), shardIndex(shards));
  await writeFile(join(folder, "config.json"), JSON.stringify(plan.config, null, 2) + "\n");
  await writeFile(join(folder, "merge_recipe.yml"), plan.recipe.text);
  await writeFile(join(folder, "README.md"), modelCard(report));
  await writeSideFiles(plan, folder);
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
  await confirm();
  await makeWay(out, options);
  await rename(folder, out);
  await flushFolder(dirname(out));
  return full;
}
