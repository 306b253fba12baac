import {readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {processIsAlive} from "../../base/system/process.js";

/** Framework's name for what a loader has not finished, and for what one that failed had written. */
const LEFT = /\.\w+\.(\d+)(?:\.err)?$/;

/** Removes what page loaders left half-written in Framework's cache below `root`, where their processes have ended: nothing else does. */
export async function removeLoaderLeftovers(root: string): Promise<void> {
  await removeBelow(join(root, ".observablehq", "cache"));
}

async function removeBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, {withFileTypes: true}).catch(() => [])) {
    const path = join(folder, entry.name);
    const pid = LEFT.exec(entry.name)?.[1];
    // Below an underscore are packages, which Framework puts there itself.
    if (entry.isDirectory()) await (entry.name.startsWith("_") ? undefined : removeBelow(path));
    else if (pid !== undefined && !processIsAlive(Number(pid))) await rm(path, {force: true});
  }
}
