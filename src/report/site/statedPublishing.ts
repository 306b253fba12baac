import {memberOf} from "../../base/validation/memberOf.js";
import {join} from "node:path";
import {byName, listOf, oneOf, text} from "../../base/validation/checked.js";
import {fileForm} from "../../base/validation/fileForm.js";
import {readJson, sha256, writeJsonAtomic} from "../../base/system/index.js";
import type {Publishing, Workspace} from "../../base/store/index.js";

/** What definitions let pages show of rows, by name. */
export interface StatedPublishing {
  datasets: Readonly<Record<string, Publishing>>;
  evals: Readonly<Record<string, Publishing>>;
  /** Datasets whose definitions say nothing of it. */
  silent?: readonly string[];
  /** What holds for all others, whose definitions may be in a file that could not be loaded. */
  others?: Publishing;
}

const publishing = oneOf(["ids", "masked", "text"]);

const FORM = fileForm<StatedPublishing>(
  {
    datasets: byName(publishing, "what pages may show by dataset"),
    evals: byName(publishing, "what pages may show by eval"),
    silent: listOf(text()).optional(),
    others: publishing.optional()
  },
  "Remove it: `assay build` writes it again."
);

/** Page loaders load no definition: they read what the command that builds the site found there. */
const fileIn = ({dir}: Pick<Workspace, "dir">) => join(dir, "publishing.json");

/** What the project's definitions said when the site was last built or previewed from this folder; nothing before that. */
export async function statedPublishing(workspace: Pick<Workspace, "dir">): Promise<StatedPublishing> {
  return (await readJson(fileIn(workspace), FORM)) ?? {datasets: {}, evals: {}};
}

/** What they let pages show of an eval's rows; undefined when nothing is said of it. */
export function statedOfEval({evals, others}: StatedPublishing, name: string): Publishing | undefined {
  return memberOf(evals, name) ?? others;
}

/** What they let pages show of a dataset's rows; undefined when nothing is said of it. */
export function statedOfDataset(
  {datasets, silent, others}: StatedPublishing,
  name: string
): Publishing | undefined {
  return memberOf(datasets, name) ?? (silent?.includes(name) ? undefined : others);
}

/**
 * Keeps what definitions say for the page loaders, and returns it.
 * @param whole false when some file could not be loaded: what it said before stands, and what is unknown is shown by id alone
 */
export async function keepStatedPublishing(
  workspace: Pick<Workspace, "dir">,
  found: StatedPublishing,
  whole: boolean
): Promise<StatedPublishing> {
  const kept = whole ? found : besides(await statedPublishing(workspace), found);
  await writeJsonAtomic(fileIn(workspace), kept);
  return kept;
}

const besides = (before: StatedPublishing, found: StatedPublishing): StatedPublishing => ({
  datasets: {...before.datasets, ...found.datasets},
  evals: {...before.evals, ...found.evals},
  silent: [...new Set([...(before.silent ?? []), ...(found.silent ?? [])])].sort(),
  others: "ids"
});

/** SHA-256 of what is kept: page loaders print something else when it changes. */
export async function publishingFingerprint(workspace: Pick<Workspace, "dir">): Promise<string> {
  return sha256(JSON.stringify(await statedPublishing(workspace)));
}
