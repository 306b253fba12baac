import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {dirname, extname, join, relative} from "node:path";
import {fileURLToPath} from "node:url";
import {modulesBelow} from "../../base/fingerprint/index.js";
import {dayOf} from "../../base/costs/index.js";
import {storageFingerprint, PRICES_FOLDER, projectPricesOr, type Workspace} from "../../base/store/index.js";
import {engineRooms} from "./engineRooms.js";
import {loaderFiles} from "./staleOutputs.js";
import {publishingFingerprint} from "./statedPublishing.js";
import {pagesFolder} from "../../base/system/index.js";

/** SHA-256 over what pages are made from in a store. A place with nothing in it has a fingerprint too. */
export async function storeFingerprint({place}: Pick<Workspace, "place">): Promise<string> {
  return storageFingerprint({place});
}

/**
 * SHA-256 over the engine's own code that pages and their loaders are made with: this room, the components, and all that
 * they import inside the package. A new Assay draws its pages anew.
 */
export async function codeFingerprint(
  engine = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
): Promise<string> {
  const reached = new Set<string>();
  for (const room of ["report/site", "report/components"])
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

const CONFIGURATIONS = ["observablehq.config.ts", "observablehq.config.js"];

/**
 * SHA-256 over everything a built site is known to come from: store, what definitions let it publish, pages and loaders below `root`, Framework's
 * configuration, what loaders and it import from elsewhere in the project, the installed packages and the engine. Equal
 * fingerprints build equal sites, unless a loader reads something else itself.
 */
export async function siteFingerprint(
  {project, dir, place}: Pick<Workspace, "project" | "dir" | "place">,
  root = pagesFolder(project)
): Promise<string> {
  const files = [
    ...(await filesBelow(project, relative(project, root))),
    ...(await importedFrom(project, root)),
    ...CONFIGURATIONS,
    "package-lock.json",
    "package.json"
  ];
  const parts = [
    await storeFingerprint({place}),
    await codeFingerprint(),
    await pricesFingerprint(project),
    await publishingFingerprint({dir}),
    await hashFiles(project, [...new Set(files)])
  ];
  return createHash("sha256").update(parts.join()).digest("hex");
}

/** Files that page loaders and the configuration import, directly or not, from the project's folder. */
async function importedFrom(project: string, root: string): Promise<string[]> {
  const without = await engineRooms();
  const configurations = CONFIGURATIONS.map((name) => join(project, name)).filter((path) => existsSync(path));
  return [...(await loaderFiles(root)), ...configurations].flatMap((path) =>
    [...modulesBelow(path, {without}).keys()].map((imported) => relative(project, imported))
  );
}

/** SHA-256 over a project's files of prices and their rows of days to come: loaders' outputs depend on both. */
export async function pricesFingerprint(project: string): Promise<string> {
  const files = await hashFiles(project, await filesBelow(project, PRICES_FOLDER));
  const {prices} = await projectPricesOr(project);
  const ahead = prices.filter(({asOf}) => asOf > dayOf(Date.now())).length;
  return ahead === 0 ? files : `${files} ${ahead} ahead`;
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
