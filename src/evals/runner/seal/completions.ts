import {join} from "node:path";
import {COMPLETIONS, isStaged, parquetFile, type RunCandidate, sqlString} from "../../../base/store/index.js";
import {cascadeCostSql, toldCostSql} from "../../../base/costs/index.js";
import type {AppendLog} from "../journal/appendLog.js";
import type {SettledRequests} from "../journal/reuse.js";
import {JOURNAL, journalFile, requestColumns, positionsOf} from "../journal/tables.js";
import type {RunPlan} from "../plan/plan.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {RunWorkspace} from "../plan/rows.js";
import {copyChunk, type HalfOpenRange, rangeAt, rangesOf, relationOf, within} from "../tables/chunks.js";
import {growingLog} from "../tables/logs.js";
import {endedRequests} from "./endedRequests.js";

export interface CompletionInputs {
  place: RunWorkspace;
  plan: RunPlan;
  runId: string;
  settled: SettledRequests;
  journal: Pick<AppendLog, "flush">;
  /** The candidates in the plan's order. */
  ready: readonly ReadyCandidate[];
}

/** The requests of a run that have ended, with their place in the plan. */
export interface EndedCompletions {
  /** A request has its last word in the journal. */
  ended(n: number): void;
  /** All that have ended, in order, with `n`, `row_hash` and `expected` beside the columns of COMPLETIONS. Called once, at the end. */
  joined(): Promise<string>;
  /** US dollars of calls whose journal lines are not among those of `joined`: failed ones that were asked again or that others were answered for. */
  supersededUsd(joined: string): Promise<number>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/**
 * Joins journal, reused answers and plan. The calls leave DuckDB idle: a range whose requests have all ended is joined while others
 * are called. Where equal requests of a plan answer each other, all is joined at the end.
 */
export function openCompletions(inputs: CompletionInputs): EndedCompletions {
  const {plan, settled, journal, place} = inputs;
  const {folder} = place;
  const ranges = rangesOf(plan.total);
  const open = ranges.map((range) => range.to - range.from - settledIn(range, settled));
  const log = growingLog(
    place.db,
    {path: journalFile(place.workspace, inputs.runId), flush: () => journal.flush()},
    JOURNAL,
    join(folder, "journal")
  );
  const files: (string | undefined)[] = [];
  let last: Promise<void> = Promise.resolve();
  const joinRange = async (at: number) => {
    const file = join(folder, `completions-${at}.parquet`);
    await copyChunk(place.db, file, await rangeQuery(inputs, await log.pack(), ranges[at]!));
    return file;
  };
  return {
    ended(n) {
      const at = rangeAt(n);
      if (settled.duplicates || --open[at]! > 0) return;
      last = last.then(async () => {
        // What fails is tried again at the end, where the failure is met.
        files[at] = await joinRange(at).catch(() => undefined);
      });
    },
    async joined() {
      await last;
      for (const at of ranges.keys()) files[at] ??= await joinRange(at);
      return relationOf(files as string[], {
        n: "BIGINT",
        row_hash: "VARCHAR",
        expected: "VARCHAR",
        ...COMPLETIONS
      });
    },
    async supersededUsd(joined) {
      // What a cascade's models answered to a request that failed is kept, and in the cost of the one that comes after it.
      const staged = inputs.ready.filter(({record}) => isStaged(record)).map(({record}) => record.name);
      const {candidate} = requestColumns(plan, "l.n");
      const counts =
        staged.length === 0 ? "true" : `${candidate} not in (${staged.map(sqlString).join(", ")})`;
      const found = await place.db.row<{usd: number | null}>(
        `select (sum(cost_usd order by n, seq))::double as usd from ${await log.pack()} l
         anti join (select n, finished_at from ${joined} where not reused) d on d.n = l.n and d.finished_at = l.finished_at
         where ${counts}`
      );
      return found!.usd ?? 0;
    },
    idle: () => last
  };
}

function settledIn({from, to}: HalfOpenRange, {done}: SettledRequests): number {
  let count = 0;
  for (let n = from; n < to; n++) if (done.has(n)) count++;
  return count;
}

/** DuckDB holds one side of a join as a whole: each is cut to the range by itself. */
async function rangeQuery(inputs: CompletionInputs, journal: string, range: HalfOpenRange): Promise<string> {
  const {plan, settled} = inputs;
  const {items} = await plan.tables(inputs.runId);
  const {reusedOf: reused, duplicates} = settled;
  const sources = {requests: plan.requests, journal, reused, duplicates};
  const at = requestColumns(plan, "c.n");
  const costUsd = costAtThisPrice(inputs, at.candidate);
  return `select c.n, i.row_id, i.row_hash, i.expected, ${at.candidate} as candidate, ${at.variant} as variant, ${at.repeat} as repeat,
      c.* exclude (n) replace (${costUsd} as cost_usd) from (${endedRequests(sources, range)}) c
    join (select position, row_id, row_hash, expected from ${parquetFile(items)} where ${within("position", positionsOf(plan, range))}) i
      on i.position = ${at.position} order by c.n`;
}

/**
 * An answer costs what the journal says, and where that says nothing what its tokens cost at this run's prices, those of the project's list
 * among them. A reused one costs what its tokens cost at these. It keeps the cost it came with where its tokens do not
 * tell it, and where an endpoint says itself what each answer cost; one that has no price any more leaves it unknown.
 */
function costAtThisPrice({ready}: CompletionInputs, candidate: string): string {
  const cases = ready.map(({record, prepared}) => {
    const {made, reused} = costsOf(record, prepared.endpoint.price !== undefined);
    return `when ${candidate} = ${sqlString(record.name)} then case when reused then ${reused} else ${made} end`;
  });
  return cases.length === 0 ? "cost_usd" : `case ${cases.join(" ")} else cost_usd end`;
}

/** @param pricesTokens whether its endpoint computes costs from tokens and prices */
function costsOf(candidate: RunCandidate, pricesTokens: boolean): {made: string; reused: string} {
  const {price, stages} = candidate;
  if (stages) {
    const told = cascadeCostSql(stages.map((one) => one.price));
    return {
      made: `coalesce(cost_usd, ${told})`,
      reused: `case when stage_tokens is null then cost_usd else ${told} end`
    };
  }
  // Of stages within a stage the prices are not recorded.
  if (isStaged(candidate)) return {made: "cost_usd", reused: "cost_usd"};
  if (!price) return {made: "cost_usd", reused: pricesTokens ? "null" : "cost_usd"};
  const told = toldCostSql(price);
  const made = `coalesce(cost_usd, ${told})`;
  return {made, reused: pricesTokens ? `coalesce(${told}, cost_usd)` : made};
}
