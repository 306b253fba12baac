import {join} from "node:path";
import {type Publishing, readJson, sha256, type Workspace, writeJsonAtomic} from "../store/index.js";

/** What definitions let pages show of rows, by name; names that say nothing are left out. */
export interface StatedPublishing {
  datasets: Readonly<Record<string, Publishing>>;
  evals: Readonly<Record<string, Publishing>>;
}

/** Page loaders load no definition: they read what the command that builds the site found there. */
const fileIn = ({dir}: Pick<Workspace, "dir">) => join(dir, "publishing.json");

/** What the project's definitions said when the site was last built or previewed from this folder; nothing before that. */
export async function statedPublishing(workspace: Pick<Workspace, "dir">): Promise<StatedPublishing> {
  return (await readJson<StatedPublishing>(fileIn(workspace))) ?? {datasets: {}, evals: {}};
}

/**
 * Keeps what definitions say for the page loaders.
 * @param whole false when some file could not be loaded: what others said before stands
 */
export async function keepStatedPublishing(
  workspace: Pick<Workspace, "dir">,
  found: StatedPublishing,
  whole: boolean
): Promise<void> {
  const before = whole ? undefined : await statedPublishing(workspace);
  await writeJsonAtomic(fileIn(workspace), {
    datasets: {...before?.datasets, ...found.datasets},
    evals: {...before?.evals, ...found.evals}
  });
}

/** SHA-256 of what is kept: page loaders print something else when it changes. */
export async function publishingFingerprint(workspace: Pick<Workspace, "dir">): Promise<string> {
  return sha256(JSON.stringify(await statedPublishing(workspace)));
}
