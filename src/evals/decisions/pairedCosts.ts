import {memberOf} from "../../base/validation/memberOf.js";
import {groupedError, studentQuantile} from "../../base/stats/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {overRepeats} from "./overRepeats.js";
import {PLACES, shownNames} from "./scoreTable.js";
import type {CandidateCost, CostAgainst} from "./types.js";

const LEVEL = 0.95;

/**
 * The costs of a run's candidates with what each comes to against every other on the rows that both have, and with what rows without
 * an answer could make of it.
 */
export async function pairedCosts(
  store: Store,
  run: RunManifest,
  costs: Readonly<Record<string, CandidateCost>>
): Promise<Record<string, CandidateCost>> {
  const {names, clusters, usd, failed} = await costsByRow(store, run, Object.keys(costs));
  const pairs = names.map((_, a) =>
    names.map((_, b) => (b > a ? compareCosts(usd[a]!, usd[b]!, clusters) : undefined))
  );
  const pairOf = (a: number, b: number) => (a < b ? pairs[a]![b] : mirrored(pairs[b]![a]));
  return Object.fromEntries(
    names.map((name, a) => {
      const against = names.flatMap((other, b): [string, CostAgainst][] => {
        const found = a === b ? undefined : pairOf(a, b);
        return found ? [[other, found]] : [];
      });
      const others = names.flatMap((_, b) => {
        const {usdPerThousand = 0, otherUsdPerThousand = 0} = (a !== b && pairOf(a, b)) || {};
        return otherUsdPerThousand > 0 ? [{usd: usd[b]!, times: usdPerThousand / otherUsdPerThousand}] : [];
      });
      return [
        name,
        {
          ...memberOf(costs, name)!,
          against: names.length > 1 ? Object.fromEntries(against) : undefined,
          failed: withFailed(usd[a]!, failed[a]!, others)
        }
      ];
    })
  );
}

interface RowCosts {
  names: string[];
  clusters: (string | null)[];
  /** US dollars by candidate and row, all repeats together; NaN without an answer. */
  usd: Float64Array[];
  /** By candidate the rows that were asked and have no answer. */
  failed: number[][];
}

async function costsByRow(store: Store, run: RunManifest, names: string[]): Promise<RowCosts> {
  const {usd} = await store.pricing(run);
  const clusters: (string | null)[] = [];
  for await (const [groups] of store.columns("select cluster from items where run = $run order by position", {
    run: run.id
  }))
    for (const group of groups!) clusters.push(group as string | null);
  const named = run.candidates.flatMap((candidate) =>
    shownNames(run, candidate.name).flatMap((name, v) => {
      const nth = names.indexOf(name);
      return nth < 0 ? [] : [{candidate: candidate.name, variant: run.variants[v]!.name, nth}];
    })
  );
  const found = names.map(() => new Float64Array(clusters.length).fill(NaN));
  const failed = names.map((): number[] => []);
  const query = `${PLACES}
    select nth, place, ${rowCost(usd, run)} from completions join named using (candidate, variant) join places using (row_id)
    where run = $run group by nth, place`;
  for await (const [columns, places, costs] of store.columns(query, {
    run: run.id,
    named: JSON.stringify(named)
  }))
    for (let i = 0; i < costs!.length; i++) {
      const [nth, place] = [columns![i] as number, places![i] as number];
      if (costs![i] === null) failed[nth]!.push(place);
      else found[nth]![place] = costs![i] as number;
    }
  return {names, clusters, usd: found, failed: failed.map((rows) => rows.sort((a, b) => a - b))};
}

/** SQL for what a row cost: the mean of its answers for every repeat planned, so that one that failed makes nothing cheaper. */
export function rowCost(usd: string, run: Pick<RunManifest, "repeats">): string {
  return `(${overRepeats("avg", usd, run)} filter (status = 'completed') * ${run.repeats})::double`;
}

/** Undefined without a shared row. */
function compareCosts(
  own: Float64Array,
  other: Float64Array,
  clusters: readonly (string | null)[]
): CostAgainst | undefined {
  let [rows, sum, otherSum] = [0, 0, 0];
  for (let row = 0; row < own.length; row++) {
    if (Number.isNaN(own[row]!) || Number.isNaN(other[row]!)) continue;
    rows++;
    sum += own[row]!;
    otherSum += other[row]!;
  }
  if (rows === 0) return undefined;
  const [mean, otherMean] = [sum / rows, otherSum / rows];
  const found = {rows, usdPerThousand: 1000 * mean, otherUsdPerThousand: 1000 * otherMean};
  if (mean === 0 || otherMean === 0) return found;
  // Of the logarithm of the ratio, by the delta method: what moves both costs of a row alike moves it by nothing.
  const spread = groupedError(
    own.map((usd, row) => other[row]! / otherMean - usd / mean),
    clusters
  );
  if (!spread) return found;
  const factor = Math.exp(studentQuantile((1 + LEVEL) / 2, spread.df) * spread.standardError);
  const times = otherMean / mean;
  return {...found, timesLow: times / factor, timesHigh: times * factor};
}

function mirrored(found: CostAgainst | undefined): CostAgainst | undefined {
  if (!found) return undefined;
  const {rows, usdPerThousand, otherUsdPerThousand, timesLow, timesHigh} = found;
  return {
    rows,
    usdPerThousand: otherUsdPerThousand,
    otherUsdPerThousand: usdPerThousand,
    timesLow: timesHigh && 1 / timesHigh,
    timesHigh: timesLow && 1 / timesLow
  };
}

/**
 * A failed row is free at least. At most it is as dear as the candidate's dearest row or, where that is more, as another's
 * answer to it times what the candidate costs to that one on shared rows.
 */
function withFailed(
  own: Float64Array,
  failed: readonly number[],
  others: readonly {usd: Float64Array; times: number}[]
): CandidateCost["failed"] {
  if (failed.length === 0) return undefined;
  let [rows, sum, dearest] = [failed.length, 0, 0];
  for (const usd of own) {
    if (Number.isNaN(usd)) continue;
    rows++;
    sum += usd;
    dearest = Math.max(dearest, usd);
  }
  const most = failed.reduce(
    (total, row) =>
      total +
      others.reduce((highest, {usd, times}) => {
        const told = usd[row]! * times;
        return told > highest ? told : highest;
      }, dearest),
    sum
  );
  return {rows: failed.length, lowest: (1000 * sum) / rows, highest: (1000 * most) / rows};
}
