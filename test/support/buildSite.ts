import {spawn, spawnSync} from "node:child_process";
import {cp, mkdir, symlink, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {fileURLToPath} from "node:url";
import {finishSite} from "../../src/site/index.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface BuiltSite {
  /** The folder of the built site. */
  dist: string;
  /** What the build printed. */
  log: string;
}

/** True when a command can be run without any network here. */
export const canCutNetwork = spawnSync("unshare", ["-rn", "true"]).status === 0;

/**
 * Makes `project` a project whose pages are this repository's, with a cache of its own, so that a test's builds
 * disturb nobody else's.
 */
export async function siteProject(project: string): Promise<void> {
  await cp(join(repository, "src"), join(project, "src"), {
    recursive: true,
    filter: (path) => basename(path) !== ".observablehq"
  });
  await cp(join(repository, "package.json"), join(project, "package.json"));
  await symlink(join(repository, "node_modules"), join(project, "node_modules"));
  await writeFile(
    join(project, "observablehq.config.ts"),
    `import {siteConfig} from "./src/site/index.js";\nexport default await siteConfig({output: process.env.SITE_OUTPUT});\n`
  );
}

/** Builds the site of a project with Framework's own command, cut off from every network where the system allows it. */
export async function buildSite(project: string, output = "dist"): Promise<BuiltSite> {
  const dist = join(project, output);
  await mkdir(dist, {recursive: true});
  const command = [
    ...(canCutNetwork ? ["unshare", "-rn"] : []),
    process.execPath,
    "node_modules/@observablehq/framework/dist/bin/observable.js",
    "build"
  ];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: project,
    env: {...process.env, SITE_OUTPUT: dist, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay")}
  });
  let log = "";
  child.stdout.on("data", (data: Buffer) => (log += data.toString()));
  child.stderr.on("data", (data: Buffer) => (log += data.toString()));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`the build ended with ${status}:\n${log}`);
  await finishSite(dist);
  return {dist, log};
}
