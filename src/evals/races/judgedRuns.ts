import {otherFiles} from "../importedResults/index.js";
import {type ComparedRun, type NamedEval, otherDefinition} from "../runner/index.js";
import type {RaceRecord} from "../decisions/index.js";
import {type DecidingRun, decidingRuns, isFinished} from "./decidingRuns.js";
import {listRaces} from "./record.js";
import {isBeside, type RunManifest, type Store} from "../../base/store/index.js";

/** The run or race that an eval is judged by on a split and part. */
export interface JudgedRun extends DecidingRun {
  /** What differs from the eval's present definition, such as "the prompt"; absent where nothing does. */
  other?: string[];
}

/** An eval's run that has just ended. */
export interface EndedRun {
  eval: {name: string};
  result: {manifest?: RunManifest};
  race?: RaceRecord;
}

/** A run of an earlier definition, on a split or part that the eval does not name any more. */
export interface LeftRun {
  run: RunManifest;
  other: string[];
}

/**
 * Finds what each split and part of an eval is judged by: the run or race that has just ended, else the last finished one of
 * the present definition, else the deciding run with what differs. Such a run of a split or part that the eval does not name
 * any more is left out.
 */
export async function judgedRuns(
  store: Store,
  one: NamedEval,
  outcomes: readonly EndedRun[] = []
): Promise<{judged: JudgedRun[]; left: LeftRun[]}> {
  const runs = (await store.runs()).filter((run) => run.eval === one.name);
  const races = await listRaces(store.workspace);
  const compare = comparer(store, one);
  const justMade = outcomes
    .filter((outcome) => outcome.eval.name === one.name)
    .flatMap(({result: {manifest: run}, race}) => (run ? [{run, race}] : []))
    .filter((made) => isFinished(made) && runs.some(({id}) => id === made.run.id));
  const found: JudgedRun[] = [];
  for (const first of decidingRuns(runs, races)) {
    const made = justMade.find((other) => isBeside(other.run, first.run));
    found.push(made ?? (await presentOf(first, {runs, races, compare})));
  }
  const here = found.filter(({run}) => namesPlaceOf(one, run));
  if (here.length === 0) return {judged: found.map((judged) => elsewhere(one, judged)), left: []};
  const isLeft = ({run, other}: JudgedRun) => other !== undefined && !namesPlaceOf(one, run);
  return {
    judged: found.filter((judged) => !isLeft(judged)),
    left: found.filter(isLeft).map(({run, other}) => ({run, other: other!}))
  };
}

type CompareDefinition = (compared: ComparedRun) => Promise<string[]>;

function comparer(store: Store, {definition}: NamedEval): CompareDefinition {
  const {source} = definition;
  if (source) return ({run}) => otherFiles(store.workspace.project, source, run);
  const compare = otherDefinition(store, definition);
  return async (compared) =>
    compared.run.imported ? ["where its answers come from"] : await compare(compared);
}

/** The decision itself where it is of the present definition, else the next that is; itself again where none is. */
async function presentOf(
  first: DecidingRun,
  {
    runs,
    races,
    compare
  }: {runs: RunManifest[]; races: Parameters<typeof decidingRuns>[1]; compare: CompareDefinition}
): Promise<JudgedRun> {
  let left = runs.filter((run) => isBeside(run, first.run));
  let other: string[] | undefined;
  for (let next: DecidingRun | undefined = first; next; [next] = decidingRuns(left, races)) {
    const {run, race}: DecidingRun = next;
    // What was only begun displaces nothing that was finished.
    if (isFinished(first) && !isFinished(next)) break;
    const differs = await compare({run, raced: race?.settings.candidates});
    if (differs.length === 0) return {run, race};
    other ??= differs;
    left = left.filter(({id}) => id !== run.id);
  }
  return {...first, other};
}

/** The splits, by name, and the part that an eval states a run of; none where its scores come from files. */
export function statedPlaces({source, split, part = "test"}: NamedEval["definition"]): {
  split: string;
  part: string;
}[] {
  return source ? [] : [split].flat().map((one) => ({split: one.name ?? one.strategy, part}));
}

/** Whether an eval names a run's split and part now. */
function namesPlaceOf({definition}: NamedEval, {imported, split}: RunManifest): boolean {
  if (definition.source || imported) return definition.source !== undefined && imported !== undefined;
  return statedPlaces(definition).some((one) => one.split === split.name && one.part === split.part);
}

function elsewhere({definition: {part = "test"}}: NamedEval, judged: JudgedRun): JudgedRun {
  const {other, run} = judged;
  return {...judged, other: other ?? [run.split.part === part ? "the split" : "the part"]};
}

/** Why a run is not of the present definition, and how to make one that is. */
export function otherDefinitionText(
  name: string,
  {id}: Pick<RunManifest, "id">,
  other: readonly string[]
): string {
  return `${id} is of another definition of the eval (${other.join(", ")}). \`assay run ${name}\` makes a run of the present one.`;
}
