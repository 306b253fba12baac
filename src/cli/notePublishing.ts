import type {DatasetDefinition} from "../datasets/index.js";
import {strictest} from "../datasets/strictest.js";
import {keepStatedPublishing} from "../site/statedPublishing.js";
import type {Publishing, Workspace} from "../store/index.js";
import type {NamedEval} from "./project.js";

/** The definitions of a project's files. */
export interface Definitions {
  datasets: readonly DatasetDefinition[];
  evals: readonly NamedEval[];
  /** False when some file could not be loaded. */
  whole: boolean;
}

/**
 * Keeps what a project's definitions let pages show of rows, for the page loaders of the build or preview that follows: what was
 * sealed before goes by it, too. Of files that could not be loaded, what they said before stands.
 */
export async function notePublishing(
  workspace: Pick<Workspace, "dir">,
  {datasets, evals, whole}: Definitions
): Promise<void> {
  const stated = {datasets: {} as Record<string, Publishing>, evals: {} as Record<string, Publishing>};
  // An eval may define a dataset that no file of data-loaders/ does.
  for (const one of [...datasets, ...evals.map(({definition}) => definition.dataset)])
    if (typeof one === "object" && one.publish !== undefined)
      stated.datasets[one.name] = strictest(one.publish, stated.datasets[one.name]);
  for (const {name, definition} of evals) stated.evals[name] = definition.publish ?? "masked";
  await keepStatedPublishing(workspace, stated, whole);
}
