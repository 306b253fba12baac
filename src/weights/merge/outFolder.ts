import {existsSync} from "node:fs";
import {readdir, realpath, rm, rmdir, stat} from "node:fs/promises";
import {join, resolve, basename, dirname} from "node:path";
import {isWithin, readJson} from "../../base/system/files.js";
import {sha256File} from "../../base/system/hash.js";
import {UserError} from "../../base/validation/errors.js";
import type {MergeOptions} from "./options.js";
import type {MergePlan} from "./plan/plan.js";
import type {MergeReport} from "./report.js";

/** The report and what it is the report of, kept beside the weights. */
export const REPORT_NAME = "merge_report.json";

/**
 * The report of the same merge, where `out` holds it already, with its weights as they were written. Throws a UserError when `out`
 * holds something else that may not be overwritten.
 */
export async function finishedReport(
  plan: MergePlan,
  fingerprint: string,
  options: MergeOptions
): Promise<MergeReport | undefined> {
  const out = resolve(options.out);
  if (!existsSync(out) || (await readdir(out)).length === 0) return undefined;
  const found = await readJson<{fingerprint: string; report: MergeReport}>(join(out, REPORT_NAME));
  const same = found?.fingerprint === fingerprint;
  const changes = same ? await changesOf(out, found.report.outputs) : undefined;
  if (same && changes!.broken.length === 0) {
    refuseNonFinite(found.report.tensors, options);
    return {...found.report, warnings: [...found.report.warnings, ...changes!.edited]};
  }
  if (!options.overwrite)
    throw new UserError(
      changes
        ? `${out} holds this merge, but not as it was written: ${changes.broken.join(", ")}. Put back what was there, choose another folder, or make it again with --overwrite, which replaces the folder.`
        : `${out} already holds ${found ? "another merge" : "files"}. Choose another folder${found ? ", or replace it with --overwrite" : ""}.`
    );
  if (!found)
    throw new UserError(`${out} was not made by a merge, so it is not overwritten. Choose another folder.`);
  await refuseParents(plan, out);
  return undefined;
}

/** What is not as a merge wrote it: files without which it is not the model that was made, and others, in words. */
async function changesOf(
  out: string,
  outputs: MergeReport["outputs"]
): Promise<{broken: string[]; edited: string[]}> {
  const broken: string[] = [];
  const edited: string[] = [];
  for (const {path, bytes, sha256} of outputs) {
    const file = join(out, path);
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined
    );
    if (size === undefined) broken.push(`${path} is missing`);
    else if (path.endsWith(".safetensors") && size !== bytes)
      broken.push(`${path} has ${size} bytes instead of ${bytes}`);
    else if (size !== bytes || (await sha256File(file)) !== sha256) {
      if (/\.safetensors(\.index\.json)?$/.test(path)) broken.push(`${path} was changed`);
      else edited.push(`${path} in ${out} was changed after the merge: it is kept as it is.`);
    }
  }
  return {broken, edited};
}

/** Makes way for a finished merge: removes the one it may overwrite, or an empty folder. */
export async function makeWay(out: string, {overwrite}: MergeOptions): Promise<void> {
  if (!existsSync(out)) return;
  if (overwrite && existsSync(join(out, REPORT_NAME))) await rm(out, {recursive: true});
  else await rmdir(out);
}

async function refuseParents({models}: MergePlan, out: string): Promise<void> {
  const target = await realpath(out);
  for (const {id, folder, checkpoint} of models)
    for (const place of [folder, ...checkpoint.files]) {
      const path = await realpath(place);
      if (isWithin(path, target) || isWithin(target, path))
        throw new UserError(
          `${out} is not overwritten: this merge is made from ${id} in ${folder}. Choose another folder.`
        );
    }
}

/** The hidden sibling of `out` in which a merge is built. */
export function buildFolder(out: string): string {
  const path = resolve(out);
  return join(dirname(path), `.${basename(path)}.merging`);
}

/**
 * Throws a UserError that names tensors with NaN or infinite values, unless those are allowed. `made` is where the finished files
 * wait for a merge that allows them.
 */
export function refuseNonFinite(
  tensors: readonly {name: string; nonFinite: number}[],
  {allowNonFinite}: MergeOptions,
  made?: string
): void {
  const bad = tensors.filter(({nonFinite}) => nonFinite > 0);
  if (bad.length === 0 || allowNonFinite) return;
  const shown = bad.slice(0, 5).map(({name, nonFinite}) => `${name} (${nonFinite})`);
  throw new UserError(
    `The result holds NaN or infinite values in ${bad.length} tensor${bad.length === 1 ? "" : "s"}: ${shown.join(", ")}${bad.length > 5 ? ", …" : ""}. Check the parents and the weights, or allow such values (--allow-nonfinite).${made === undefined ? "" : ` What was made is kept in ${made}: the same merge continues from it, and another one into the same folder removes it.`}`
  );
}
