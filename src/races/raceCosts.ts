import {callsOf} from "../decisions/index.js";
import type {RunManifest, Store} from "../store/index.js";

/** What the candidates of a race have cost so far, in US dollars: their rows, and their share of what was asked beside. */
export interface RaceCosts {
  /** Takes the run of a round, and the one that a budget ended early before it. */
  add(run: RunManifest, rows: number, early?: RunManifest): Promise<void>;
  readonly byCandidate: Readonly<Record<string, number>>;
  readonly sum: number;
}

/** A candidate without a known cost has no entry. */
export function raceCosts(store: Store): RaceCosts {
  const spent: Record<string, number> = {};
  /** What scorers and preflights were asked, shared evenly by those who were in the round. */
  const beside: Record<string, number> = {};
  return {
    async add(run, rows, early) {
      const names = run.candidates.map(({name}) => name);
      for (const one of early ? [early, run] : [run]) {
        const {besideUsd} = await store.pricing(one);
        if (besideUsd === undefined) continue;
        for (const name of names) beside[name] = (beside[name] ?? 0) + besideUsd / names.length;
      }
      for (const {candidate, costUsdPerThousand: cost} of await callsOf(store, run))
        if (cost !== undefined || beside[candidate] !== undefined)
          spent[candidate] = ((cost ?? 0) / 1000) * rows + (beside[candidate] ?? 0);
    },
    get byCandidate() {
      return {...spent};
    },
    get sum() {
      return Object.values(spent).reduce((sum, usd) => sum + usd, 0);
    }
  };
}
