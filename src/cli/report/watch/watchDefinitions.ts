import {setTimeout as sleep} from "node:timers/promises";
import {type WatchedFile, watchedFiles} from "./watchedFiles.js";

export interface DefinitionWatch {
  project: string;
  /** What `watchedFiles` said when they were last looked at. */
  since: Map<string, WatchedFile>;
  signal: AbortSignal;
  /** How often to look, in milliseconds; default 500. */
  everyMs?: number;
  /** Told of the files that were written or removed, in the order of their paths; the next look waits for it. */
  onChange(files: WatchedFile[]): Promise<void>;
}

/**
 * Looks at a project's definitions, and at what they import and name, until `signal` aborts. Polled, as the store is; a change
 * is told of when the files have held still between two looks.
 */
export async function watchDefinitions(watch: DefinitionWatch): Promise<void> {
  const {project, since, signal, everyMs = 500, onChange} = watch;
  let known = since;
  let before = known;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, {signal}).catch(() => undefined);
    if (signal.aborted) return;
    const found = await watchedFiles(project);
    const isStill = changed(before, found).length === 0;
    before = found;
    const files = changed(known, found);
    if (files.length === 0 || !isStill) continue;
    known = found;
    await onChange(files);
  }
}

type Files = ReadonlyMap<string, WatchedFile>;

/** What is imported or named anew, and was there before, has not changed: what names it has. */
function changed(before: Files, now: Files): WatchedFile[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .sort()
    .map((path) => ({was: before.get(path), is: now.get(path)}))
    .filter(({was, is}) => was?.time !== is?.time && (was && is ? true : (was ?? is)!.kind === "definition"))
    .map(({was, is}) => (is ?? was)!);
}
