import {type RaceRecord, splitText} from "../../evals/decisions/index.js";
import {
  type DecidingRun,
  decidingRuns,
  decisionOf,
  listRaces,
  raceOf,
  type JudgedRun,
  judgedRuns
} from "../../evals/races/index.js";
import {UserError} from "../../base/validation/index.js";
import {projectOf} from "../../base/system/index.js";
import {type RunManifest, type Store, findRun} from "../../base/store/index.js";
import {loadEvals} from "./project.js";
import {note} from "../terminal/terminal.js";

/**
 * The run of an id or its beginning, or what an eval is judged by; without a name the only decision in the store. Of an eval
 * whose file is in the project and can be loaded that goes by its present definition.
 */
export async function chosenRun(store: Store, name: string | undefined): Promise<JudgedRun> {
  const known = await store.runs({archived: true});
  const byId = known.find(({id}) => id === name);
  const races = await listRaces(store.workspace);
  if (byId) return decisionOn(byId, races);
  const deciding = decidingRuns(await store.runs(), races);
  const found = deciding.filter(({run}) => name === undefined || run.eval === name);
  if (found.length === 1) return presentRun(store, found[0]!);
  // An eval may have runs on splits that it does not state any more.
  if (found.length > 1 && found.every(({run}) => run.eval === found[0]!.run.eval)) {
    const {judged = []} = (await judgedByDefinition(store, found[0]!.run.eval)) ?? {};
    if (judged.length === 1) return judged[0]!;
  }
  const isBeginning = found.length === 0 && name !== undefined && known.some(({id}) => id.startsWith(name));
  if (isBeginning) return decisionOn(findRun(known, name), races);
  if (found.length === 0)
    throw new UserError(
      name === undefined
        ? "the store has no run. Name result files with --from, or run an eval."
        : `the store has no run or eval ${name}. \`assay runs\` lists them.`
    );
  throw new UserError(
    `there are several verdicts: ${found.map(({run}) => `${run.eval} on ${splitText(run.split)} (${run.id})`).join("; ")}. Name a run.`
  );
}

async function presentRun(store: Store, {run, race}: DecidingRun): Promise<JudgedRun> {
  const {judged = [], left = []} = (await judgedByDefinition(store, run.eval)) ?? {};
  return judged[0] ?? left[0] ?? {run, race};
}

/** Undefined where the eval's file is not here, or cannot be loaded. */
async function judgedByDefinition(store: Store, name: string) {
  const project = projectOf(store.workspace.project);
  const loaded = project === undefined ? undefined : await loadEvals(project, [name]).catch(() => undefined);
  const one = loaded?.evals.find((found) => found.name === name);
  return one && judgedRuns(store, one);
}

/** A run with the race that is decided on it; says of an earlier round of a race that it decides nothing. */
export function decisionOn(run: RunManifest, races: readonly RaceRecord[]): DecidingRun {
  const decision = decisionOf(run, races);
  const race = decision.race ? undefined : raceOf(races, run.id);
  const round = race?.rounds.find((one) => one.run === run.id)?.round;
  if (round !== undefined)
    note(
      `! ${run.id} is round ${round} of a race: its figures hold for one look only. The race's verdict is that of ${race!.rounds.at(-1)!.run}.`
    );
  else if (run.raceRound && !decision.race)
    note(`! ${run.id} is a round that a race did not finish: its figures hold for one look only.`);
  return decision;
}
