import {mkdirSync, mkdtempSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";

/** A folder in which the package is found, as after `npm install`. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "init-from-"));
  mkdirSync(join(dir, "node_modules"));
  symlinkSync(resolve(import.meta.dirname, "../../.."), join(dir, "node_modules/assay"));
  return dir;
}
