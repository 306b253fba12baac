import type {RunManifest} from "../records/run.js";
import type {HeldLease} from "../renewal.js";
import type {Workspace} from "./kind.js";
import {putJson} from "./records.js";
import {isBeside, lastAsked} from "./lastAsked.js";
import {readRaces} from "./race.js";
import {readRuns, runKey} from "./run.js";

/**
 * Notes in a sealed run's record that a start has ended with it, where another run or race of its eval, split and part was
 * asked for since; otherwise nothing is written. Gives the record. An archived run stays as it is.
 * @param held the run's lease
 * @param now in milliseconds since 1970
 */
export async function askAgain(
  workspace: Workspace,
  run: RunManifest,
  held: HeldLease,
  now: number
): Promise<RunManifest> {
  if (run.archived !== undefined) return run;
  const others = [
    ...(await readRuns(workspace)).filter((one) => one.id !== run.id && isBeside(one, run)).map(lastAsked),
    ...(await readRaces(workspace))
      .filter((race) => isBeside(race, run))
      .flatMap(({startedAt}) => startedAt ?? [])
  ];
  const newest = others.reduce((latest, at) => (at > latest ? at : latest), "");
  if (newest < lastAsked(run)) return run;
  // Another machine's clock may be ahead.
  const asked = {...run, askedAt: new Date(Math.max(now, Date.parse(newest) + 1)).toISOString()};
  await held.confirm();
  await putJson(workspace, runKey(run.id, "manifest.json"), asked);
  return asked;
}
