import type {RunView, VerdictsData} from "../../site/types.js";
import {fromAddress} from "./address.js";

/** The run that pages open on: the address's, else the first page's. */
export function openedRun(verdicts: Pick<VerdictsData, "runs"> | undefined): RunView | undefined {
  const wanted = fromAddress("run");
  return wanted === null ? verdicts?.runs[0] : verdicts?.runs.find(({id}) => id === wanted);
}

/** Whether a version of a dataset is the one that the opened run was scored on: what a page of data opens on. */
export function isOfAddressedRun(
  verdicts: Pick<VerdictsData, "runs"> | undefined
): (dataset: string, version: string) => boolean {
  const run = openedRun(verdicts);
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
