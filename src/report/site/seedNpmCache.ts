import {existsSync} from "node:fs";
import {readdir, readFile, rm, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import type * as Esbuild from "esbuild";
import {writeAtomic, makeFolder} from "../../base/system/index.js";
import {BUNDLED, MENTIONED} from "./vendored.js";

const ABSENT = "0.0.0";

/**
 * Fills Framework's npm cache below `root` from node_modules, so that neither `preview` nor `build` asks the
 * network. Packages that are already there in the installed version are left alone; other versions are removed.
 */
export async function seedNpmCache(root: string): Promise<void> {
  const cache = join(root, ".observablehq", "cache", "_npm");
  const versions = new Map<string, string>();
  for (const name of BUNDLED) versions.set(name, (await installed(name)).version);
  for (const [name, version] of versions) await dropOthers(cache, name, version);
  for (const name of MENTIONED) await makeFolder(join(cache, `${name}@${ABSENT}`));
  const missing = BUNDLED.filter((name) => !existsSync(entryOf(cache, name, versions)));
  if (missing.length === 0) return;
  const esbuild = frameworkEsbuild();
  await Promise.all(missing.map((name) => bundle(esbuild, cache, name, versions)));
}

const here = createRequire(import.meta.url);

/** Framework brings esbuild; a package manager may have put it out of our own reach. */
export function frameworkEsbuild(): typeof Esbuild {
  const require = createRequire(join(installedFolder("@observablehq/framework"), "package.json"));
  return require("esbuild") as typeof Esbuild;
}

/** Not every package exports its package.json, so the folder is found by walking the search paths. */
export function installedFolder(name: string): string {
  for (const folder of here.resolve.paths(name) ?? []) {
    const found = join(folder, ...name.split("/"));
    if (existsSync(join(found, "package.json"))) return found;
  }
  throw new Error(`package not installed: ${name}`);
}

async function installed(name: string): Promise<{version: string}> {
  return JSON.parse(await readFile(join(installedFolder(name), "package.json"), "utf8")) as {version: string};
}

function entryOf(cache: string, name: string, versions: ReadonlyMap<string, string>): string {
  return join(cache, `${name}@${versions.get(name)}`, "_esm.js");
}

async function dropOthers(cache: string, name: string, version: string): Promise<void> {
  const parent = dirname(join(cache, name));
  const prefix = name.split("/").at(-1) + "@";
  for (const folder of await readdir(parent).catch(() => [] as string[]))
    if (folder.startsWith(prefix) && folder !== prefix + version)
      await rm(join(parent, folder), {recursive: true, force: true});
}

async function bundle(
  esbuild: typeof Esbuild,
  cache: string,
  name: string,
  versions: ReadonlyMap<string, string>
): Promise<void> {
  const output = entryOf(cache, name, versions);
  const up = "../".repeat(name.split("/").length);
  const {outputFiles} = await esbuild.build({
    stdin: {
      contents: `export * from ${JSON.stringify(name)};`,
      resolveDir: join(installedFolder(name), "..", name.includes("/") ? ".." : "."),
      loader: "js"
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "error",
    plugins: [
      {
        name: "vendored",
        setup(build) {
          build.onResolve({filter: /^[^.]/}, ({path, importer}) =>
            importer !== "<stdin>" && importer !== "" && path !== name && versions.has(path)
              ? {path: `${up}${path}@${versions.get(path)}/_esm.js`, external: true}
              : undefined
          );
        }
      }
    ]
  });
  await makeFolder(dirname(output));
  const text = outputFiles[0]?.text ?? "";
  await writeAtomic(output, (temporary) => writeFile(temporary, text));
}
