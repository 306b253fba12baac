import {type DecidingRun, decidingRuns, listRaces} from "../races/index.js";
import {readRuns, type RunManifest, type Workspace} from "../store/index.js";

/**
 * What the report is about: the newest complete run or finished race of every eval on every split, a race with the run of
 * its last round. The eval that was sealed last comes first, so that a reader meets the newest question. Other runs stay in
 * the list of runs.
 */
export async function currentDecisions(workspace: Workspace): Promise<DecidingRun[]> {
  const found = decidingRuns(await readRuns(workspace), await listRaces(workspace));
  const sealed = (name: string) =>
    found.reduce((latest, {run}) => (run.eval === name && run.sealedAt > latest ? run.sealedAt : latest), "");
  return found.sort(
    ({run: a}, {run: b}) =>
      sealed(b.eval).localeCompare(sealed(a.eval)) ||
      a.eval.localeCompare(b.eval) ||
      splitOrder(a) - splitOrder(b) ||
      a.startedAt.localeCompare(b.startedAt)
  );
}

/** The runs of `currentDecisions`. */
export async function currentRuns(workspace: Workspace): Promise<RunManifest[]> {
  return (await currentDecisions(workspace)).map(({run}) => run);
}

/** A random split is the one to trust least, so it comes last. */
function splitOrder(run: RunManifest): number {
  return run.split.strategy === "random" || run.split.strategy === "stratified" ? 1 : 0;
}
