import {createHash} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import {dirname, extname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {placeFingerprint, PRICES_FOLDER, type Workspace} from "../store/index.js";

/** SHA-256 over what pages are made from in a store. A place with nothing in it has a fingerprint too. */
export async function storeFingerprint({place}: Pick<Workspace, "place">): Promise<string> {
  return placeFingerprint({place});
}

/**
 * SHA-256 over the engine's own code that pages and their loaders are made with: this room, the components, and all that
 * they import inside the package. A new Assay draws its pages anew.
 */
export async function codeFingerprint(
  engine = dirname(dirname(fileURLToPath(import.meta.url)))
): Promise<string> {
  const reached = new Set<string>();
  for (const room of ["site", "components"])
    for (const file of (await filesBelow(engine, room)).filter((name) => /\.[jt]s$/.test(name)))
      reached.add(file);
  for (const file of reached) for (const imported of await importsOf(engine, file)) reached.add(imported);
  return hashFiles(engine, [...reached]);
}

/** Files that a file imports from beside it, as they are named in the engine's folder: compiled, or not yet. */
async function importsOf(engine: string, file: string): Promise<string[]> {
  const text = await readFile(join(engine, file), "utf8").catch(() => "");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g)].map(
    ([, path]) => join(dirname(file), path!) + extname(file)
  );
}

/**
 * SHA-256 over everything a built site comes from: store, pages and loaders below `root`, Framework's
 * configuration, the installed packages and the engine. Equal fingerprints build equal sites.
 */
export async function siteFingerprint(
  {project, place}: Pick<Workspace, "project" | "place">,
  root = "src"
): Promise<string> {
  const files = await filesBelow(project, root);
  for (const file of [
    "observablehq.config.ts",
    "observablehq.config.js",
    "package-lock.json",
    "package.json"
  ])
    files.push(file);
  const parts = [
    await storeFingerprint({place}),
    await codeFingerprint(),
    await pricesFingerprint(project),
    await hashFiles(project, files)
  ];
  return createHash("sha256").update(parts.join()).digest("hex");
}

/** SHA-256 over a project's files of prices: loaders' outputs depend on them. */
export async function pricesFingerprint(project: string): Promise<string> {
  return hashFiles(project, await filesBelow(project, PRICES_FOLDER));
}

/** Files below a folder, relative to `root`; Framework's cache and hidden files left out. */
async function filesBelow(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(root, folder), {withFileTypes: true}).catch(() => [])) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(root, path)));
    else files.push(path);
  }
  return files;
}

async function hashFiles(root: string, files: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    const content = await readFile(join(root, file)).catch(() => undefined);
    if (content) hash.update(`${file}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest("hex");
}
