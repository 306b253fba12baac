import type {RaceRecord} from "../../evals/decisions/index.js";
import {finalRuns, lastAsked, type RunManifest, type Store} from "../../base/store/index.js";

/**
 * How often the held-out part that a run scored was opened before it, for other runs: by evals, not by forecasts of a cost, and in
 * other versions of the dataset too. The rounds of one race are one opening. Undefined for a run on another part.
 */
export async function openedBefore(
  store: Store,
  run: RunManifest,
  race?: RaceRecord
): Promise<number | undefined> {
  if (run.split.part !== "held-out") return undefined;
  const runs = (await store.runs({archived: true})).filter((one) => isSamePart(one, run));
  const splits = new Set(runs.map(({split}) => split.id));
  const own = new Set([run.id, ...(race?.rounds ?? []).map((round) => round.run)]);
  const openings = (await finalRuns(store.workspace)).filter(
    ({split, dryRun, ...one}) => one.eval !== null && splits.has(split) && !dryRun
  );
  const isOwn = ({at, eval: name}: {at: string; eval: string | null}) => {
    const next = openings.find((one) => one.eval === name && one.at > at)?.at ?? "~";
    const asked = runs
      .filter((one) => one.eval === name)
      .flatMap(({id, startedAt, askedAt = startedAt}) => [startedAt, askedAt].map((time) => ({id, time})))
      .sort((one, other) => one.time.localeCompare(other.time));
    const made = asked.filter(({time}) => time >= at && time < next);
    // Nothing new was made of it: the run last asked for was asked again, if there was one.
    const of = made.length > 0 ? made : asked.filter(({time}) => time < at).slice(-1);
    return of.some(({id}) => own.has(id));
  };
  return openings.filter((one) => one.at <= lastAsked(run) && !isOwn(one)).length;
}

/**
 * Whether two runs score one part. The split goes by its name and seed, since in every version of the dataset it has
 * another id. One id means the same rows, whatever the dataset and the split are called.
 */
export function isSamePart({dataset, split}: RunManifest, run: RunManifest): boolean {
  if (split.part !== run.split.part) return false;
  return (
    split.id === run.split.id ||
    (dataset.name === run.dataset.name &&
      split.name === run.split.name &&
      split.strategy === run.split.strategy &&
      split.seed === run.split.seed)
  );
}
