import {createHash} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {listFolders} from "../store/index.js";

/**
 * SHA-256 over the manifests of a store's folder: it changes when a version, a split, a model, a run or a race
 * appears, changes or goes. A folder that does not exist has a fingerprint too.
 */
export async function storeFingerprint(dir: string): Promise<string> {
  const files: string[] = [];
  for (const name of await listFolders(join(dir, "datasets"))) {
    for (const file of ["latest.json", "recognition.json", "tombstones.json"])
      files.push(join("datasets", name, file));
    for (const version of await listFolders(join(dir, "datasets", name)))
      for (const file of ["manifest.json", "ledger.json"]) files.push(join("datasets", name, version, file));
  }
  for (const name of await listFolders(join(dir, "splits")))
    for (const id of await listFolders(join(dir, "splits", name)))
      files.push(join("splits", name, id, "manifest.json"));
  for (const kind of ["models", "runs"])
    for (const id of await listFolders(join(dir, kind))) files.push(join(kind, id, "manifest.json"));
  for (const file of await filesBelow(dir, "races")) files.push(file);
  return hashFiles(dir, files);
}

/** SHA-256 over the engine's own code beside this file: a new Assay draws its pages anew. */
export async function codeFingerprint(): Promise<string> {
  const engine = dirname(dirname(fileURLToPath(import.meta.url)));
  const files: string[] = [];
  for (const room of [
    "site",
    "components",
    "store",
    "stats",
    "costs",
    "decisions",
    "datasets",
    "privacy",
    "splits"
  ])
    files.push(...(await filesBelow(engine, room)).filter((file) => /\.[jt]s$/.test(file)));
  return hashFiles(engine, files);
}

/**
 * SHA-256 over everything a built site comes from: store, pages and loaders below `root`, Framework's
 * configuration, the installed packages and the engine. Equal fingerprints build equal sites.
 */
export async function siteFingerprint(project: string, storeDir: string, root = "src"): Promise<string> {
  const files = await filesBelow(project, root);
  for (const file of [
    "observablehq.config.ts",
    "observablehq.config.js",
    "package-lock.json",
    "package.json"
  ])
    files.push(file);
  const parts = [await storeFingerprint(storeDir), await codeFingerprint(), await hashFiles(project, files)];
  return createHash("sha256").update(parts.join()).digest("hex");
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
