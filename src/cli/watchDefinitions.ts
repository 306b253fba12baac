import {readdir, stat} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";

const FOLDERS = ["data-loaders", "evals"];

export interface DefinitionWatch {
  project: string;
  /** What `definitionTimes` said when they were last looked at. */
  since: Map<string, string>;
  signal: AbortSignal;
  /** How often to look, in milliseconds; default 500. */
  everyMs?: number;
  /** Told of the files that were written or removed, from the project's folder; the next look waits for it. */
  onChange(paths: string[]): Promise<void>;
}

/**
 * Looks at a project's loaders and evals until `signal` aborts. Polled, as the store is; a change is told of when the files
 * have held still between two looks.
 */
export async function watchDefinitions(watch: DefinitionWatch): Promise<void> {
  const {project, since, signal, everyMs = 500, onChange} = watch;
  let known = since;
  let before = known;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, {signal}).catch(() => undefined);
    if (signal.aborted) return;
    const found = await definitionTimes(project);
    const isStill = changed(before, found).length === 0;
    before = found;
    const paths = changed(known, found);
    if (paths.length === 0 || !isStill) continue;
    known = found;
    await onChange(paths);
  }
}

/** When each of a project's loaders and evals was written, and its size, by its path. */
export async function definitionTimes(project: string): Promise<Map<string, string>> {
  const times = new Map<string, string>();
  for (const folder of FOLDERS)
    for (const name of await readdir(join(project, folder), {recursive: true}).catch(() => [] as string[])) {
      const path = `${folder}/${name}`;
      // What editors write beside a file begins with a dot.
      const file = /(^|\/)\./.test(path) ? undefined : await stat(join(project, path)).catch(() => undefined);
      if (file?.isFile()) times.set(path, `${file.mtimeMs} ${file.size}`);
    }
  return times;
}

function changed(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((path) => before.get(path) !== now.get(path))
    .sort();
}
