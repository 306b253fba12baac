import {spawn, spawnSync} from "node:child_process";
import {cp, mkdir, readdir, readFile, symlink, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {fileURLToPath} from "node:url";
import {finishSite} from "../../src/report/site/index.js";

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
  await cp(join(repository, "pages"), join(project, "pages"), {
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

const CUT_OFF = canCutNetwork ? ["unshare", "-rn"] : [];

/** A page loader that is left to Framework. */
const LEFT = "runs.json.js";

/**
 * Builds the site of a project with Framework's own command, cut off from every network where the system allows it. One process
 * loads most outputs before; Framework starts one for each other output.
 * @param runs of which the files of rows are loaded before
 */
export async function buildSite(
  project: string,
  {output = "dist", runs = []}: {output?: string; runs?: readonly string[]} = {}
): Promise<BuiltSite> {
  const dist = join(project, output);
  await mkdir(dist, {recursive: true});
  const env = {SITE_OUTPUT: dist, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay")};
  const cache = join(project, "pages", ".observablehq", "cache", "data");
  const loaders = (await readdir(join(project, "pages", "data")))
    .filter((file) => file.endsWith(".json.js") && file !== LEFT)
    .map((file) => file.slice(0, -".js".length));
  const ahead = await loadAll(
    project,
    [
      ...loaders.map((loader) => ({loader, file: join(cache, loader)})),
      ...runs.map((id) => ({
        loader: "rows/[run].tar",
        parameter: `--run=${id}`,
        file: join(cache, "rows", `${id}.tar`)
      }))
    ],
    env,
    // Takes away what another state of the store left, which the build's own configuration then finds done.
    'await (await import("assay/site")).siteConfig();'
  );
  const framework = "node_modules/@observablehq/framework/dist/bin/observable.js";
  const log = await run([...CUT_OFF, process.execPath, framework, "build"], project, env);
  await finishSite(dist);
  return {dist, log: ahead + log};
}

/** What a page loader printed for a built site: "verdicts". */
export async function siteData(dist: string, name: string): Promise<unknown> {
  const data = join(dist, "_file", "data");
  const file = (await readdir(data)).find((one) => one.startsWith(`${name}.`));
  return JSON.parse(await readFile(join(data, file!), "utf8"));
}

/** A copy of a built site whose data are what the same loaders print of an empty store. */
export async function emptySite(project: string, {dist}: BuiltSite): Promise<string> {
  const target = join(project, "dist-empty");
  const store = join(project, "empty");
  await cp(dist, target, {recursive: true, filter: (path) => !path.startsWith(join(dist, "data", "rows"))});
  const data = join(target, "_file", "data");
  const files = (await readdir(data)).map((file) => ({
    loader: `${file.split(".")[0]!}.json`,
    file: join(data, file)
  }));
  await mkdir(join(store, ".assay"), {recursive: true});
  await loadAll(project, files, {ASSAY_PROJECT: store, ASSAY_DIR: join(store, ".assay")});
  return target;
}

interface LoaderOutput {
  /** The page loader's name without its ending: "rows/[run].tar". */
  loader: string;
  parameter?: string;
  file: string;
}

/** Writes what page loaders print, each as if it had been started by itself; gives back what was printed beside. */
async function loadAll(
  project: string,
  outputs: readonly LoaderOutput[],
  env: Record<string, string>,
  before = ""
): Promise<string> {
  await writeFile(
    join(project, "loadAll.js"),
    `import {mkdir, writeFile} from "node:fs/promises";
import {dirname} from "node:path";
${before}
const words = process.argv.slice();
for (const [i, {loader, parameter, file}] of ${JSON.stringify(outputs)}.entries()) {
  const printed = [];
  process.stdout.write = (piece) => printed.push(Buffer.from(piece)) > 0;
  process.argv = [...words, ...(parameter ? [parameter] : [])];
  await import(\`./pages/data/\${loader}.js?\${i}\`);
  if (process.exitCode) break;
  await mkdir(dirname(file), {recursive: true});
  await writeFile(file, Buffer.concat(printed));
}
`
  );
  return run([...CUT_OFF, process.execPath, "loadAll.js"], project, env);
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
