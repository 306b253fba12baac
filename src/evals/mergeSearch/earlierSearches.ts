import type {RaceRecord} from "../decisions/index.js";
import {listRaces} from "../races/index.js";
import {triesRaced} from "./index.js";
import {readSplits, splitParts, sqlString, type Store} from "../../base/store/index.js";

/** The eval in whose name the merges of another are searched. */
export function searchName(evalName: string): string {
  return `${evalName}${ENDING}`;
}

const ENDING = "-merge-search";

/** What searches of before, of whatever eval, version and split of the dataset, have seen of the rows of a part. */
export interface EarlierSearches {
  /** Those that have seen any of its rows, and the merges that they tried in all. */
  searches: number;
  tries: number;
  /** Of the part. */
  rows: number;
  /** Rows on which winners were scored, rows on which they were chosen, and rows of either kind. */
  scored: number;
  chosen: number;
  seen: number;
}

/**
 * The searches before that of `race` that scored their winners, or chose them, on rows of `part` of its split. Rows go by their ids.
 * A search whose final run is gone counts as if it were there.
 */
export async function earlierSearches(
  store: Store,
  race: RaceRecord,
  part: string
): Promise<EarlierSearches> {
  const {workspace} = store;
  const splits = new Map((await readSplits(workspace, race.dataset.name)).map((one) => [one.id, one]));
  const earlier = (await listRaces(workspace)).filter(
    (one) =>
      one.id !== race.id &&
      one.eval.endsWith(ENDING) &&
      one.dataset.name === race.dataset.name &&
      one.startedAt < race.startedAt &&
      one.outcome !== undefined &&
      one.outcome.kind !== "stopped"
  );
  const rowsOf = async (id: string, of: string) => {
    const parts = await splitParts(workspace, {dataset: race.dataset.name, id});
    return parts && `select row_id from ${parts} where part = ${sqlString(of)}`;
  };
  const own = (await rowsOf(race.split.id, part)) ?? NONE;
  const uses = await Promise.all(
    earlier.map(async (one) => {
      const {id} = one.split;
      const final = splits.get(id)?.counts["held-out"] ? "held-out" : "test";
      return {
        one,
        scored: (await rowsOf(id, final)) ?? NONE,
        chosen: (await rowsOf(id, one.split.part)) ?? NONE
      };
    })
  );
  const shared = async (queries: readonly string[]): Promise<number> => {
    const others = [...new Set(queries)];
    if (others.length === 0) return 0;
    const [found] = await store.rows<{n: number}>(
      `select count(distinct row_id)::double as n from (${own}) where row_id in (${others.join(" union all ")})`
    );
    return found!.n;
  };
  const seen = new Map<string, number>();
  for (const {scored, chosen} of uses) {
    const key = `${scored}\n${chosen}`;
    if (!seen.has(key)) seen.set(key, await shared([scored, chosen]));
  }
  const counted = uses.filter(({scored, chosen}) => seen.get(`${scored}\n${chosen}`)! > 0);
  return {
    searches: counted.length,
    tries: counted.reduce((sum, {one}) => sum + triesRaced(one.settings.candidates), 0),
    rows: await shared([own]),
    scored: await shared(counted.map(({scored}) => scored)),
    chosen: await shared(counted.map(({chosen}) => chosen)),
    seen: await shared(counted.flatMap(({scored, chosen}) => [scored, chosen]))
  };
}

/** Of a split whose rows are gone. */
const NONE = "select null::varchar as row_id where false";

/** "2 earlier searches, of 14 merges tried, had scored their winners on 40 of the 60 rows of this test part". */
export function earlierText({searches, tries, rows, scored, chosen}: EarlierSearches, part: string): string {
  const who = `${searches} earlier search${searches === 1 ? "" : "es"}, of ${tries} merge${tries === 1 ? "" : "s"} tried,`;
  const winners = searches === 1 ? "its winner" : "their winners";
  const uses = [
    ...(scored > 0 ? [`scored ${winners} on ${scored}`] : []),
    ...(chosen > 0 ? [`chosen ${winners} on ${chosen}`] : [])
  ];
  return `${who} had ${uses.join(" and ")} of the ${rows} rows of this ${part} part`;
}
