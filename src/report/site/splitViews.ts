import {emptyRecord} from "../../base/validation/memberOf.js";
import {group} from "d3-array";
import {CLEAN, currentMeasures, possibleStrategies, recommendSplit} from "../../data/splits/index.js";
import type {SplitManifest, Store, VersionManifest} from "../../base/store/index.js";
import {areClasses} from "./labelCounts.js";
import {publishing} from "./publishing.js";
import {leaksView} from "./splitLeaks.js";
import {statedPublishing} from "./statedPublishing.js";
import type {SplitsData, SplitsView} from "./dataTypes.js";

/** The splits of each dataset's newest version and of older ones that were split, newest versions first. */
export async function splitsData(store: Store): Promise<SplitsData> {
  const all = await store.splits();
  const runs = await store.runs({archived: true});
  const stated = await statedPublishing(store.workspace);
  const views: SplitsView[] = [];
  for (const versions of group(await store.versions(), ({dataset}) => dataset).values())
    for (const version of [...versions].reverse()) {
      const own = all.filter((split) => split.dataset === version.dataset && split.version === version.id);
      const newest = version === versions.at(-1);
      if (own.length === 0 && !newest) continue;
      const leaks: SplitsView["leaks"] = emptyRecord();
      const listed = {
        excerpts: publishing(versions, runs, stated) !== "ids",
        heldOut: all.filter(({dataset, counts}) => dataset === version.dataset && counts["held-out"])
      };
      for (const split of newest ? own : []) {
        const found = await leaksView(store, version, split, listed);
        if (found) leaks[split.id] = found;
      }
      views.push({...viewOf(version, own, newest), leaks});
    }
  return {versions: views};
}

function viewOf(
  version: VersionManifest,
  splits: readonly SplitManifest[],
  newest: boolean
): Omit<SplitsView, "leaks"> {
  const {dataset, id, rows, pulledAt, text, label, group: column, time} = version;
  const choice = recommendSplit(splits);
  const first = (split: SplitManifest) => (split.id === choice?.split ? 0 : 1);
  const sorted = [...splits].sort((a, b) => first(a) - first(b) || a.name.localeCompare(b.name));
  return {
    dataset,
    version: {id, rows, pulledAt},
    newest,
    roles: {text, label, group: column, time},
    splits: sorted.map(withOpenLabels).map((split) => ({...split, measures: {...currentMeasures(split)}})),
    outdated: sorted.filter((split) => currentMeasures(split).edition === undefined).map((split) => split.id),
    choice,
    clean: choice?.worst !== undefined && choice.worst <= CLEAN,
    untried: possibleStrategies(version).filter(
      (strategy) => !splits.some((split) => split.strategy === strategy)
    )
  };
}

/** Without the held-out part's classes, and without any where the label column holds free text. */
function withOpenLabels({labels, ...split}: SplitManifest): SplitManifest {
  if (!labels) return split;
  const open = Object.entries(labels).filter(([part]) => part !== "held-out");
  const names = new Set(open.flatMap(([, counts]) => Object.keys(counts)));
  const rows = open.flatMap(([, counts]) => Object.values(counts)).reduce((sum, n) => sum + n, 0);
  return areClasses([...names], rows) ? {...split, labels: Object.fromEntries(open)} : split;
}
