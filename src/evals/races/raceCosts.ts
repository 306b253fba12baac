import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import {callsOf} from "../decisions/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";

/** What the candidates of a race have cost so far, in US dollars: their rows, and their share of what was asked beside. */
export interface RaceCosts {
  /** Takes the run of a round, and the one that a budget ended early before it. */
  add(run: RunManifest, rows: number, early?: RunManifest): Promise<void>;
  readonly byCandidate: Readonly<Record<string, number>>;
  readonly sum: number;
  /** Whether any answer to a row has told what it cost. */
  readonly known: boolean;
}

/** A candidate none of whose answers has a known cost has no entry; answers of unknown cost count as the mean of its others. */
export function raceCosts(store: Store): RaceCosts {
  const spent = emptyRecord<number>();
  /** What scorers and preflights were asked, and calls that answered no row, shared evenly by those who were in the round. */
  const beside = emptyRecord<number>();
  let known = false;
  return {
    async add(run, rows, early) {
      const names = run.candidates.map(({name}) => name);
      for (const one of early ? [early, run] : [run]) {
        const {besideUsd = 0} = await store.pricing(one);
        const usd = besideUsd + (one.supersededUsd ?? 0);
        if (usd === 0) continue;
        for (const name of names) beside[name] = (beside[name] ?? 0) + usd / names.length;
      }
      const calls = await callsOf(store, run);
      const areKnown = calls.every(({costUsdPerThousand: usd}) => usd !== undefined);
      const means = areKnown ? undefined : await meansOf(store, run);
      for (const {candidate, costUsdPerThousand: perThousand} of calls) {
        const each = perThousand === undefined ? means?.get(candidate) : perThousand / 1000;
        if (each !== undefined) known = true;
        const usd = (each ?? 0) * rows + (memberOf(beside, candidate) ?? 0);
        // What was paid stays paid, whatever a later round knows of it.
        if (usd > 0 || each !== undefined) spent[candidate] = Math.max(memberOf(spent, candidate) ?? 0, usd);
      }
    },
    get byCandidate() {
      return {...spent};
    },
    get sum() {
      return Object.values(spent).reduce((sum, usd) => sum + usd, 0);
    },
    get known() {
      return known;
    }
  };
}

/** US dollars of a row with each candidate of which some answers have a known cost. */
async function meansOf(store: Store, run: RunManifest): Promise<Map<string, number>> {
  const {usd} = await store.pricing(run);
  const found = await store.rows<{candidate: string; mean: number | null}>(
    `select candidate, (avg(${usd}) filter (status = 'completed'))::double as mean from completions where run = $run group by all`,
    {run: run.id}
  );
  return new Map(
    found.flatMap(({candidate, mean}) => (mean === null ? [] : [[candidate, mean * run.repeats] as const]))
  );
}
