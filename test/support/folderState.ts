import {createHash} from "node:crypto";
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";

/**
 * What a folder holds, by path: a hash of each file and when it was written, and of each folder when a name in it came or went.
 * A file that was made and removed meanwhile shows, too.
 */
export function folderState(folder: string): Record<string, string> {
  const state: Record<string, string> = {};
  for (const name of ["", ...readdirSync(folder, {recursive: true, encoding: "utf8"}).sort()]) {
    const path = join(folder, name);
    const found = statSync(path);
    const content = found.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "folder";
    state[name] = `${content} ${found.mtimeMs}`;
  }
  return state;
}
