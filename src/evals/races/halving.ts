import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import {failedAs} from "../decisions/columns.js";
import {mean} from "../../base/stats/index.js";
import type {RaceDrop, RaceSettings} from "../decisions/raceTypes.js";
import type {RaceStrategy, RoundScores} from "./strategy.js";

const PILOT_ROWS = 10;

/**
 * Sequential halving: ⌈log₂ k⌉ rounds get an equal share of the budget each, and the worse half by its mean over all rows
 * so far, failed rows counted as 0, goes after each, and with it who has no score at all. What a round cannot use is shared by the rounds after it. A budget in US dollars begins with a pilot of ten rows that
 * drops nobody and shows what a row costs.
 * Source: Karnin, Koren and Somekh (2013), ICML; rows are kept from round to round, as all candidates share them.
 */
export function halving(settings: RaceSettings): RaceStrategy {
  const {candidates, repeats, budgetCalls, budgetUsd, rows: available} = settings;
  const halvings = Math.ceil(Math.log2(candidates.length));
  const pilot = budgetUsd !== undefined;
  let calls = 0;
  let known: Readonly<Record<string, number>> = emptyRecord();
  const spent = () => Object.values(known).reduce((sum, usd) => sum + usd, 0);
  let judged = 0;
  return {
    rows(round, before, still) {
      if (pilot && round === 1) return Math.min(PILOT_ROWS, available);
      const left = halvings - (round - 1 - (pilot ? 1 : 0));
      const byCalls =
        budgetCalls === undefined
          ? Infinity
          : Math.floor((budgetCalls - calls) / left / (still.length * repeats));
      const perRow = still.reduce((sum, candidate) => sum + (memberOf(known, candidate) ?? 0), 0) / before;
      const byUsd =
        budgetUsd === undefined || perRow === 0
          ? Infinity
          : Math.floor((budgetUsd - spent()) / left / perRow);
      const more = Math.min(byCalls, byUsd);
      // At the end of the rows, or with a share below one row, the rows so far have to do.
      if (more < 1 && before === 0) return undefined;
      return Math.min(available, before + Math.max(0, more));
    },
    judge({table, standings, calls: total, costs, last}) {
      calls = total;
      known = {...known, ...costs};
      judged++;
      if (pilot && judged === 1 && !last) return {pairs: [], dropped: []};
      // All rows were seen: further rounds would learn nothing.
      const keep = last ? 1 : Math.ceil(standings.length / 2);
      // By its scored rows alone, one that answered a few easy rows would push a better one out.
      const ifWrong = ({candidate}: RoundScores["standings"][number]) =>
        mean(failedAs(table, candidate, 0)) ?? 0;
      const dropped = standings
        .toSorted((a, b) => ifWrong(b) - ifWrong(a))
        .filter(({scored}, place) => place >= keep || scored === 0)
        .map(({candidate, scored}): RaceDrop => ({candidate, why: scored === 0 ? "no-scores" : "budget"}));
      return {pairs: [], dropped};
    }
  };
}
