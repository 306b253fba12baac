import type {RunView, VerdictsData} from "../../site/types.js";
import {fromAddress} from "./address.js";

/** Whether a version of a dataset is the one that the address's run was scored on: what a page of data opens on. */
export function isOfAddressedRun(
  verdicts: Pick<VerdictsData, "runs"> | undefined
): (dataset: string, version: string) => boolean {
  const wanted = fromAddress("run");
  const run: RunView | undefined = verdicts?.runs.find(({id}) => id === wanted);
  return (dataset, version) => run?.dataset.name === dataset && run.dataset.version === version;
}

/** The run that the address asks for, when none of what a page offers is of it; for the notice of an input. */
export function unmetRun(met: boolean): string | undefined {
  const wanted = fromAddress("run");
  return wanted === null || met ? undefined : `run ${wanted}`;
}

/** What stands for a version in the address. */
export function versionAddress(dataset: string, version: string): string {
  return `${dataset}@${version.slice(0, 12)}`;
}
