import {basename, dirname, join, resolve} from "node:path";

/** The hidden sibling of `out` in which a merge is built. */
export function buildFolder(out: string): string {
  const path = resolve(out);
  return join(dirname(path), `.${basename(path)}.merging`);
}
