import {readdirSync} from "node:fs";

/** Folders that hold no source of ours. */
const SKIPPED = /(^|\/)(node_modules|lib|dist|\.[^/]*|fixtures)(\/|$)/;

/** Files below `root` that one of the globs names: `*` within a folder, `**` for any folders. */
export function filesOf(root: string, globs: readonly string[]): string[] {
  const patterns = globs.map(globPattern);
  return found(root, "")
    .filter((path) => patterns.some((pattern) => pattern.test(path)))
    .sort();
}

function found(root: string, folder: string): string[] {
  return readdirSync(`${root}/${folder}`, {withFileTypes: true}).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(path)) return [];
    return entry.isDirectory() ? found(root, path) : [path];
  });
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*/g, (stars) => (stars === "*" ? "[^/]*" : "(.*/)?"));
  return new RegExp(`^${source}$`);
}
