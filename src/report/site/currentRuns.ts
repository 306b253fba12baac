import {type DecidingRun, decidingRuns, listRaces} from "../../evals/races/index.js";
import {lastAsked, readRuns, type RunManifest, type Workspace} from "../../base/store/index.js";

/**
 * What the report is about: the complete run or finished race of every eval on every split that was last asked for, a race with the run of
 * its last round. An eval with gates comes first, since a release hangs on it; among those, and among the others, the one sealed
 * or asked for last. So a front page opens on the newest complete run of the eval that gates, else on the newest. Other runs stay in the list of runs.
 */
export async function currentDecisions(workspace: Workspace): Promise<DecidingRun[]> {
  const found = decidingRuns(await readRuns(workspace), await listRaces(workspace));
  const latest = (name: string) =>
    found
      .filter(({run}) => run.eval === name)
      .map(({run}) => latestTime(run))
      .sort()
      .at(-1) ?? "";
  const gating = new Set(found.filter(({run}) => hasGates(run)).map(({run}) => run.eval));
  return found.sort(
    ({run: a}, {run: b}) =>
      Number(gating.has(b.eval)) - Number(gating.has(a.eval)) ||
      latest(b.eval).localeCompare(latest(a.eval)) ||
      a.eval.localeCompare(b.eval) ||
      splitOrder(a) - splitOrder(b) ||
      latestTime(b).localeCompare(latestTime(a)) ||
      lastAsked(b).localeCompare(lastAsked(a))
  );
}

/** When a run was sealed, or last asked for where that was later. */
export function latestTime(run: RunManifest): string {
  const asked = lastAsked(run);
  return asked > run.sealedAt ? asked : run.sealedAt;
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
