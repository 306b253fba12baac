import {canonicalJson} from "../../base/system/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {tableOfCandidates, decide, scoreTable} from "../decisions/index.js";
import type {RaceRecord} from "../decisions/raceTypes.js";
import type {Verdict} from "../decisions/types.js";

/** What scoring every row by every candidate says of the question that a race answered. */
export interface Everything {
  /** The run, and the eval it is of. */
  run: string;
  eval: string;
  kind: Verdict["kind"];
  best?: string;
  set: string[];
}

/**
 * The verdict on a race's candidates by the newest complete run, of whatever eval, that scored all of them on all rows of
 * the race's part with the same prompt, scorer and repeats. Undefined when the store holds none.
 */
export async function everything(store: Store, race: RaceRecord): Promise<Everything | undefined> {
  const runs = await store.runs({archived: true});
  const first = runs.find(({id}) => id === race.rounds[0]?.run);
  if (!first) return undefined;
  const run = runs
    .filter((one) => one.archived === undefined && isSameQuestion(one, first, race))
    .sort((a, b) => a.sealedAt.localeCompare(b.sealedAt) || a.id.localeCompare(b.id))
    .at(-1);
  if (!run) return undefined;
  const {candidates, margin} = race.settings;
  const table = await scoreTable(store, run.id, race.scorer);
  const {kind, best, set} = decide(tableOfCandidates(table, candidates), {margin, seed: run.seed});
  return {run: run.id, eval: run.eval, kind, best, set};
}

function isSameQuestion(run: RunManifest, first: RunManifest, {settings, scorer}: RaceRecord): boolean {
  const asked = ({dataset, split, variants, repeats, scorers}: RunManifest) => [
    dataset.version,
    split.id,
    split.part,
    variants.map(({sha256}) => sha256),
    repeats,
    scorers.find(({name}) => name === scorer)?.version
  ];
  const reached = (of: RunManifest, name: string) => {
    const found = of.candidates.find((one) => one.name === name);
    return found && [found.model, found.endpoint, found.identity, found.params];
  };
  return (
    run.status === "complete" &&
    run.limit === undefined &&
    run.counts.planned === settings.rows * settings.repeats * run.candidates.length &&
    isSameJson(asked(run), asked(first)) &&
    settings.candidates.every(
      (name) => reached(run, name) && isSameJson(reached(run, name), reached(first, name))
    )
  );
}

function isSameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
