import {copyFile} from "node:fs/promises";
import {basename, dirname, join, relative, resolve, sep} from "node:path";
import {readJson, makeFolder} from "../../base/system/index.js";
import {assayVersion} from "../project/version.js";

/** What npm notes of an installed package. */
interface Installed {
  resolved?: string;
  link?: boolean;
}

/**
 * How the package at `packageRoot` was obtained, as a dependency of the project in `target`: the registry's version range, an
 * address, the folder of a checkout, or a tarball, which is copied into the project's `vendor/`, so that a clone of the project
 * installs too.
 */
export async function obtained(packageRoot: string, target: string): Promise<string> {
  const root = resolve(packageRoot);
  const folder = dirname(root);
  if (basename(folder) !== "node_modules") return folderDependency(root, target);
  const lock = await readJson<{packages?: Record<string, Installed>}>(join(folder, ".package-lock.json"));
  const found = lock?.packages?.[`node_modules/${basename(root)}`];
  const source = found?.resolved ?? "";
  if (found?.link) return folderDependency(resolve(dirname(folder), source), target);
  if (source.startsWith("file:"))
    return vendored(resolve(dirname(folder), source.slice("file:".length)), target);
  if (source.startsWith("git") || /^https?:.*#/.test(source)) return source;
  return `^${assayVersion()}`;
}

function folderDependency(root: string, target: string): string {
  return `file:${relative(target, root).split(sep).join("/")}`;
}

/** A tarball as the project's own file; one that is in the project already stays where it is. */
export async function vendored(tarball: string, target: string): Promise<string> {
  const within = relative(target, tarball);
  if (!within.startsWith("..")) return `file:${within.split(sep).join("/")}`;
  await makeFolder(join(target, "vendor"));
  await copyFile(tarball, join(target, "vendor", basename(tarball)));
  return `file:vendor/${basename(tarball)}`;
}
