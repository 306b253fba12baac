import {readdir, readFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {pythonJson} from "../../../../base/validation/index.js";
import {at, textOf} from "./json.js";
import {assertTextFile} from "../../../../base/system/regularFile.js";

/** The harness writes what it ran beside the samples; of several the one of the samples' own date, else the last. */
export async function lmEvalResults(path: string): Promise<{path: string; run: unknown} | undefined> {
  const folder = dirname(path);
  const date = /_(\d{4}-[^/]*)\.jsonl/.exec(basename(path))?.[1];
  const names = (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => /^results.*\.json$/.test(name))
    .sort();
  const name = names.find((one) => date !== undefined && one.includes(date)) ?? names.at(-1);
  if (name === undefined) return undefined;
  try {
    const beside = join(folder, name);
    await assertTextFile(beside);
    return {path: beside, run: pythonJson(await readFile(beside, "utf8"))};
  } catch {
    // It names the model and says which metrics are costs: the samples are whole without it.
    return undefined;
  }
}

/**
 * The model that the results name, else the folder that the harness named for it. Undefined where the samples are in no
 * folder.
 * @param name the samples' file as it was named: a path, or a URL
 */
export function lmEvalModel(results: {run: unknown} | undefined, name: string): string | undefined {
  const path = /^https?:/i.test(name) ? new URL(name).pathname : name;
  const folder = basename(dirname(path));
  return textOf(at(results?.run, "model_name")) ?? (["", ".", ".."].includes(folder) ? undefined : folder);
}

/** Samples as the harness names them: `samples_TASK_DATE.jsonl`. */
const SAMPLES = /^samples_.+_\d{4}-\d{2}-\d{2}T[^/]*\.jsonl/;

/**
 * The model that rows of a dataset name, which is part of their ids and so says nothing of where files lie: the results' own,
 * else the harness's folder, which has its results in it or `__` in place of a slash. Of a local path the last two
 * parts. Undefined where neither is there.
 * @param name the samples' file as it was named: a path, or a URL
 */
export function lmEvalRowModel(results: {run: unknown} | undefined, name: string): string | undefined {
  const named = textOf(at(results?.run, "model_name"));
  if (named) return withoutFolders(named, /[\\/]/, "/");
  const folder = lmEvalModel(undefined, name);
  const path = /^https?:/i.test(name) ? new URL(name).pathname : name;
  const isHarness =
    at(results?.run, "results") !== undefined || (folder?.includes("__") && SAMPLES.test(basename(path)));
  return folder !== undefined && isHarness ? withoutFolders(folder, /__/, "__") : undefined;
}

/** A model that is a path on a machine, of which the folders above its own are left out. */
function withoutFolders(model: string, separator: RegExp, joint: string): string {
  const parts = model.split(separator);
  if (!/^(|~.*|\.\.?|[a-z]:)$/i.test(parts[0]!)) return model;
  return parts
    .slice(1)
    .filter((part) => !["", ".", ".."].includes(part))
    .slice(-2)
    .join(joint);
}
