import {spawn, spawnSync} from "node:child_process";
import {cp, mkdir, readdir, symlink, writeFile} from "node:fs/promises";
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
  await symlink(join(repository, "lib"), join(project, "lib"));
  const config = `import {siteConfig} from "assay/site";
export default await siteConfig({output: process.env.SITE_OUTPUT});
`;
  await writeFile(join(project, "observablehq.config.ts"), config);
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
  const log = await run(command, project, {
    SITE_OUTPUT: dist,
    ASSAY_PROJECT: project,
    ASSAY_DIR: join(project, ".assay")
  });
  await finishSite(dist);
  return {dist, log};
}

/** A copy of a built site whose data are what the same loaders print of an empty store. */
export async function emptySite(project: string, {dist}: BuiltSite): Promise<string> {
  const target = join(project, "dist-empty");
  const store = join(project, "empty");
  await cp(dist, target, {recursive: true, filter: (path) => !path.startsWith(join(dist, "data", "rows"))});
  const data = join(target, "_file", "data");
  const files = (await readdir(data)).map((file) => [`${file.split(".")[0]!}.json`, join(data, file)]);
  await writeFile(
    join(project, "loadAll.js"),
    `import {writeFile} from "node:fs/promises";
for (const [name, file] of ${JSON.stringify(files)}) {
  const printed = [];
  process.stdout.write = (piece) => printed.push(piece) > 0;
  await import(\`./src/data/\${name}.js\`);
  await writeFile(file, printed.join(""));
}
`
  );
  await mkdir(join(store, ".assay"), {recursive: true});
  await run([process.execPath, "loadAll.js"], project, {
    ASSAY_PROJECT: store,
    ASSAY_DIR: join(store, ".assay")
  });
  return target;
}

/** Runs a command to its end and gives back what it printed. Throws when it fails. */
async function run(command: readonly string[], cwd: string, env: Record<string, string>): Promise<string> {
  const child = spawn(command[0]!, command.slice(1), {cwd, env: {...process.env, ...env}});
  let log = "";
  child.stdout.on("data", (data: Buffer) => (log += data.toString()));
  child.stderr.on("data", (data: Buffer) => (log += data.toString()));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${log}`);
  return log;
}
