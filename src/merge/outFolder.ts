import {existsSync} from "node:fs";
import {readdir, realpath, rm, rmdir} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UserError} from "../store/errors.js";
import {isWithin, readJson} from "../store/files.js";
import {refuseNonFinite} from "./nonFinite.js";
import type {MergeOptions} from "./options.js";
import type {Plan} from "./plan/plan.js";
import type {MergeReport} from "./report.js";

/** The report and what it is the report of, kept beside the weights. */
export const REPORT_NAME = "merge_report.json";

/**
 * The report of the same merge, where `out` holds it already. Throws a UserError when `out` holds something else that
 * may not be overwritten.
 */
export async function finishedReport(
  plan: Plan,
  fingerprint: string,
  options: MergeOptions
): Promise<MergeReport | undefined> {
  const out = resolve(options.out);
  if (!existsSync(out) || (await readdir(out)).length === 0) return undefined;
  const found = await readJson<{fingerprint: string; report: MergeReport}>(join(out, REPORT_NAME));
  if (found?.fingerprint === fingerprint) {
    refuseNonFinite(found.report.tensors, options);
    return found.report;
  }
  if (!options.overwrite)
    throw new UserError(
      `${out} already holds ${found ? "another merge" : "files"}. Choose another folder${found ? ", or allow overwriting" : ""}.`
    );
  if (!found)
    throw new UserError(`${out} was not made by a merge, so it is not overwritten. Choose another folder.`);
  await refuseParents(plan, out);
  return undefined;
}

/** Makes way for a finished merge: removes the one it may overwrite, or an empty folder. */
export async function makeWay(out: string, {overwrite}: MergeOptions): Promise<void> {
  if (!existsSync(out)) return;
  if (overwrite && existsSync(join(out, REPORT_NAME))) await rm(out, {recursive: true});
  else await rmdir(out);
}

async function refuseParents({models}: Plan, out: string): Promise<void> {
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
