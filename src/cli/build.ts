import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {finishSite, siteFingerprint} from "../site/index.js";
import {
  LocalFolder,
  readJson,
  UserError,
  withLease,
  type Workspace,
  writeJsonAtomic
} from "../store/index.js";
import {brokenPages} from "./brokenPages.js";
import {framework} from "./framework.js";
import {findProject, openProject} from "./project.js";
import {note, print} from "./terminal.js";

const WAIT_MS = 30 * 60_000;

export async function buildVerb(): Promise<void> {
  const project = findProject();
  await buildSite(project);
  print(`The site is in ${join(project, "dist")}. Any file host can serve it, from any path.`);
}

interface BuildOptions {
  /** Without what Framework prints. */
  quiet?: boolean;
  unlessCurrent?: boolean;
  /** Called before the work begins, and not when there is none. */
  onBuild?(): void;
}

/**
 * Builds dist/ and looks through it: Framework ends with 0 even when a page's code could not be run. With
 * `unlessCurrent`, a dist/ that was built from exactly this store, these pages and this code is left as it is; the
 * result tells whether it was built.
 */
export async function buildSite(project: string, options: BuildOptions = {}): Promise<boolean> {
  if (!["ts", "js"].some((ending) => existsSync(join(project, `observablehq.config.${ending}`))))
    throw new UserError(
      `${project} has no observablehq.config.ts, so there is no site to build. \`assay init\` writes one.`
    );
  const workspace = await openProject();
  // dist/ and Framework's cache are this folder's, wherever the store is: two builds at once would take away each other's files.
  const lock = {what: "A build of the site", waitMs: WAIT_MS, onWait: note};
  return withLease(new LocalFolder(workspace.dir), "locks/site.json", lock, () =>
    buildUnlessCurrent(project, workspace, options)
  );
}

async function buildUnlessCurrent(
  project: string,
  workspace: Workspace,
  {quiet = false, unlessCurrent = false, onBuild}: BuildOptions
): Promise<boolean> {
  const dist = join(project, "dist");
  const record = join(workspace.dir, "site.json");
  const fingerprint = await siteFingerprint(workspace);
  const built = await readJson<{fingerprint: string}>(record);
  if (unlessCurrent && built?.fingerprint === fingerprint && existsSync(join(dist, "index.html")))
    return false;
  onBuild?.();
  await rm(record, {force: true});
  await framework(project, ["build"], {quiet});
  const broken = await brokenPages(dist);
  if (broken.length > 0)
    throw new UserError(
      `these pages cannot work: ${broken.join(", ")}. Open them with \`assay dev\` to see it.`
    );
  await finishSite(dist);
  await writeJsonAtomic(record, {fingerprint});
  return true;
}
