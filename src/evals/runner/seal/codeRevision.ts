import {execFile} from "node:child_process";
import {existsSync, realpathSync} from "node:fs";
import {dirname, join} from "node:path";
import {promisify} from "node:util";
import {readJson} from "../../../base/system/index.js";
import type {RunManifest} from "../../../base/store/index.js";
import {fileURLToPath} from "node:url";

const run = promisify(execFile);

/** Which code made a run: Assay's and Node's versions, and the project's git revision where there is one. */
export async function codeRevision(project: string): Promise<RunManifest["code"]> {
  const own = await readJson<{version: string}>(
    fileURLToPath(new URL("../../../../package.json", import.meta.url))
  );
  const git = (...words: string[]) =>
    run("git", ["-C", project, ...words], {timeout: 5000}).then(
      ({stdout}) => stdout.trim(),
      () => undefined
    );
  const [revision, changes] = isRepository(realpathSync(project))
    ? await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain", "--untracked-files=no")])
    : [];
  return {
    assay: own?.version ?? "unknown",
    node: process.version,
    revision,
    dirty: revision === undefined || changes === undefined ? undefined : changes !== ""
  };
}

/** Asked first, because starting git costs more than all else here. */
function isRepository(folder: string): boolean {
  if (process.env["GIT_DIR"] !== undefined || existsSync(join(folder, ".git"))) return true;
  const parent = dirname(folder);
  return parent !== folder && isRepository(parent);
}
