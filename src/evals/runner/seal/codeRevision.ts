import {execFile} from "node:child_process";
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
  const revision = await git("rev-parse", "HEAD");
  const changes =
    revision === undefined ? undefined : await git("status", "--porcelain", "--untracked-files=no");
  return {
    assay: own?.version ?? "unknown",
    node: process.version,
    revision,
    dirty: changes === undefined ? undefined : changes !== ""
  };
}
