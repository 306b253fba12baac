import {type DecidingRun, decidingRuns, listRaces} from "../races/index.js";
import {readRuns, type RunManifest, type Workspace} from "../store/index.js";

/**
 * What the report is about: the newest complete run or finished race of every eval on every split, a race with the run of
 * its last round. An eval with gates comes first, since a release hangs on it; among those, and among the others, the one sealed last. So
 * a front page opens on the newest complete run of the eval that gates, else on the newest. Other runs stay in the list of runs.
 */
export async function currentDecisions(workspace: Workspace): Promise<DecidingRun[]> {
  const found = decidingRuns(await readRuns(workspace), await listRaces(workspace));
  const sealed = (name: string) =>
    found.reduce((latest, {run}) => (run.eval === name && run.sealedAt > latest ? run.sealedAt : latest), "");
  const gating = new Set(found.filter(({run}) => hasGates(run)).map(({run}) => run.eval));
  return found.sort(
    ({run: a}, {run: b}) =>
      Number(gating.has(b.eval)) - Number(gating.has(a.eval)) ||
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

function hasGates({gate, status}: RunManifest): boolean {
  return status === "complete" && Array.isArray(gate?.rules) && gate.rules.length > 0;
}

/** A random split is the one to trust least, so it comes last. */
function splitOrder(run: RunManifest): number {
  return run.split.strategy === "random" || run.split.strategy === "stratified" ? 1 : 0;
}
