import {readdir, readFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {pythonJson} from "../../../store/index.js";
import {at, textOf} from "./json.js";

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
