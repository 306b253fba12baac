import {type HistoryEntry, shownNames} from "../../../evals/decisions/index.js";
import type {RunManifest} from "../../../base/store/index.js";
import {statedPlaces} from "../../../evals/races/index.js";
import {plural} from "../../terminal/plural.js";
import type {NamedEval} from "../../project/project.js";
import {placeText} from "../../../report/gates/index.js";

/** An eval, or one of its splits, whose newest run is compared with none before it. */
export interface Unwatched {
  /** The newest run; absent where there is none. */
  run?: string;
  /** Where and why, and what to do about it. */
  text: string;
}

/** What of the evals no comparison of `entries` watches; `runs` are the complete ones, the oldest first. */
export function unwatched(
  evals: readonly NamedEval[],
  runs: readonly RunManifest[],
  entries: readonly HistoryEntry[]
): Unwatched[] {
  const compared = new Set(entries.map(({run}) => run));
  return evals.flatMap((one) => {
    const own = runs.filter((run) => run.eval === one.name);
    const places = statedPlaces(one.definition).map((place) => ({
      where: placeText(place),
      runs: own.filter(({split}) => split.name === place.split && split.part === place.part)
    }));
    if (one.definition.source) places.push({where: "", runs: own});
    return places
      .filter(({runs: mine}) => !compared.has(mine.at(-1)?.id ?? ""))
      .map(({where, runs: mine}) => ({
        run: mine.at(-1)?.id,
        text: `${one.name}${where}: ${reason(one, mine)}`
      }));
  });
}

/** Of newest runs, the candidates that have too few rows in common with the run before for an interval. */
export function tooFew(entries: readonly HistoryEntry[]): string[] {
  return entries
    .filter(({newest, difference}) => newest && difference === undefined)
    .map(
      ({eval: name, split, candidate, rows}) =>
        `${name} (${split}): ${candidate} has ${plural(rows, "row")} in common with the run before, too few to tell whether it got worse.`
    );
}

function reason({name, definition: {source}}: NamedEval, runs: readonly RunManifest[]): string {
  const newest = runs.at(-1);
  if (!newest) return `it has no complete run. \`assay run ${name}\` makes one.`;
  if (runs.length === 1)
    return source
      ? "it has one complete run; other result files make the second."
      : `it has one complete run; the next change of data, prompt or model makes the second (or \`assay run ${name} --no-reuse\` asks again).`;
  const before = runs.slice(0, -1).filter(({primaryScorer}) => primaryScorer === newest.primaryScorer);
  const of = `the newest of its ${runs.length} complete runs`;
  if (before.length === 0) return `${of} is the first by the scorer ${newest.primaryScorer}.`;
  const known = new Set(before.flatMap(candidates));
  return candidates(newest).some((candidate) => known.has(candidate))
    ? `${of} shares no scored row with those before it.`
    : `${of} shares no candidate with those before it.`;
}

function candidates(run: RunManifest): string[] {
  return run.candidates.flatMap(({name}) => shownNames(run, name));
}
