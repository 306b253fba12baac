import {existsSync} from "node:fs";
import {cp, rename, rm, readdir, readFile} from "node:fs/promises";
import {constants} from "node:os";
import {join} from "node:path";
import {
  LocalFolder,
  type StorageBackend,
  refuseUnfinishedPurge,
  withSiteLease,
  type Workspace
} from "../../base/store/index.js";
import {pagesFolder} from "../../base/system/index.js";
import {UserError} from "../../base/validation/index.js";
import {finishSite, siteFingerprint} from "../../report/site/index.js";
import {removeLoaderLeftovers} from "../../report/site/loaderLeftovers.js";
import {forgetForeignReads} from "../../report/site/staleOutputs.js";
import {unmadeIn} from "../../report/site/unmade.js";
import {warnOfBroken} from "../project/broken.js";
import {findProject, loadDatasets, loadEvals, openProject} from "../project/project.js";
import {note, print} from "../terminal/terminal.js";
import {framework} from "./framework.js";
import {type Definitions, notePublishing} from "./notePublishing.js";

export async function buildVerb(): Promise<void> {
  const project = findProject();
  await buildSite(project);
  print(`The site is in ${join(project, "dist")}. Any file host can serve it, from any path.`);
}

interface SiteBuildOptions {
  /** Without what Framework prints. */
  quiet?: boolean;
  unlessCurrent?: boolean;
  /** Of the project's files, where they were loaded already. */
  definitions?: Definitions;
  /** Called before the work begins, and not when there is none. */
  onBuild?(): void;
}

/** A build that Ctrl-C or a signal ended. */
class BuildStopped extends UserError {
  readonly exitCode: number;
  constructor(signal: NodeJS.Signals) {
    super(`the build was stopped (${signal}). The site in dist/ is as it was before.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Builds the site beside dist/, looks through it (Framework ends with 0 even when a page's code could not be run) and puts
 * it in the place of dist/ when it is complete. With `unlessCurrent`, a dist/ that was built from exactly this store, these
 * pages and this code is left as it is; the result tells whether it was built. Without, page loaders that read something else are
 * asked again, too.
 */
export async function buildSite(project: string, options: SiteBuildOptions = {}): Promise<boolean> {
  if (!["ts", "js"].some((ending) => existsSync(join(project, `observablehq.config.${ending}`))))
    throw new UserError(
      `${project} has no observablehq.config.ts, so there is no site to build. \`assay init\` writes one.`
    );
  const workspace = await openProject();
  const here = new LocalFolder(workspace.dir);
  return withSiteLease(workspace, {what: "A build of the site", onWait: note}, () =>
    buildUnlessCurrent(project, {workspace, here}, options)
  );
}

/** In the folder of this machine's store: what dist/ was built from. */
const BUILT_FROM = "site.json";

async function buildUnlessCurrent(
  project: string,
  {workspace, here}: {workspace: Workspace; here: StorageBackend},
  {quiet = false, unlessCurrent = false, definitions, onBuild}: SiteBuildOptions
): Promise<boolean> {
  const dist = join(project, "dist");
  await refuseUnfinishedPurge(workspace);
  await notePublishing(workspace, definitions ?? (await definitionsOf(project)));
  const record = Buffer.from(JSON.stringify({fingerprint: await siteFingerprint(workspace)}));
  if (unlessCurrent && existsSync(join(dist, "index.html"))) {
    const builtFrom = await here.read(BUILT_FROM);
    if (builtFrom && record.equals(builtFrom)) return false;
  }
  onBuild?.();
  if (!unlessCurrent) await forgetForeignReads(pagesFolder(project));
  // Where git does not look, on the same file system as dist/, and in the folder that Framework may clear.
  const next = join(pagesFolder(project), ".observablehq", "dist");
  await removeLoaderLeftovers(pagesFolder(project));
  try {
    await rm(next, {recursive: true, force: true});
    const stoppedBy = await framework(project, ["build"], {quiet, output: next});
    if (stoppedBy) throw new BuildStopped(stoppedBy);
    // A configuration without `siteConfig` builds dist/ itself.
    const built = existsSync(next) ? next : dist;
    const broken = await brokenPages(built);
    if (broken.length > 0)
      throw new UserError(
        `these pages cannot work: ${broken.join(", ")}. Open them with \`assay dev\` to see it.`
      );
    for (const {path, reason} of await finishSite(built)) note(`! ${path} could not be made: ${reason}`);
    await here.remove(BUILT_FROM);
    if (built === next) await putInPlace(next, dist);
  } finally {
    await rm(next, {recursive: true, force: true});
    await removeLoaderLeftovers(pagesFolder(project));
    const cache = join(pagesFolder(project), ".observablehq", "cache");
    for (const {path} of await unmadeIn(join(cache, "data"))) await rm(join(cache, "data", path));
  }
  await here.put(BUILT_FROM, record);
  return true;
}

/** What rows are published as is known without the files that cannot be loaded, which are named. */
export async function definitionsOf(project: string): Promise<Definitions> {
  const {datasets, broken} = await loadDatasets(project);
  const {evals, broken: brokenEvals} = await loadEvals(project);
  const all = [...broken, ...brokenEvals];
  warnOfBroken(all);
  return {datasets, evals, whole: all.length === 0};
}

/** The new folder in the old one's place; what cannot be moved there, as a mounted folder cannot, is copied. */
async function putInPlace(next: string, dist: string): Promise<void> {
  const old = `${next}-old`;
  await rm(old, {recursive: true, force: true});
  try {
    if (existsSync(dist)) await rename(dist, old);
    await rename(next, dist);
  } catch {
    await cp(next, dist, {recursive: true, force: true});
  }
  await rm(old, {recursive: true, force: true});
}

/**
 * Pages of a built site that cannot work, each with what is wrong: Framework ends with 0 when a cell holds an error, and
 * also when a package could not be bundled, which then is imported by a name that no browser knows.
 */
export async function brokenPages(dist: string): Promise<string[]> {
  const broken: string[] = [];
  for (const file of (await readdir(dist, {recursive: true})).sort()) {
    if (!file.endsWith(".html")) continue;
    const text = await readFile(join(dist, file), "utf8");
    if (text.includes("observablehq--error")) broken.push(`${file} (an error instead of a result)`);
    const [, name] = /\bimport\("([^"./][^":]*)"\)/.exec(text) ?? [];
    if (name !== undefined) broken.push(`${file} (${name} could not be bundled)`);
  }
  return broken;
}
