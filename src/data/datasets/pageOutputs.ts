import {readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {pagesFolder} from "../../base/system/index.js";

/** Packages that pages load, which are no one's rows: without them a page or a build under way asks the network. */
const PACKAGES = ["_duckdb", "_jsr", "_node", "_npm"];

/** Removes what page loaders printed, masked excerpts among it; the next build makes it again. */
export async function removePageOutputs(project: string): Promise<void> {
  const cache = join(pagesFolder(project), ".observablehq", "cache");
  for (const name of await readdir(cache).catch(() => [] as string[]))
    if (!PACKAGES.includes(name)) await rm(join(cache, name), {recursive: true, force: true});
}
