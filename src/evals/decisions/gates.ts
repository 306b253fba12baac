import {DEFAULT_ALPHA} from "./decideOptions.js";
import {everyLook, oneLook, type Picked} from "./gateIntervals.js";
import {oldPriceMark} from "./oldPrices.js";
import {formatCount, milliseconds, points} from "./points.js";
import {baselineTable, minScore, regression, runRegression} from "./scoreGates.js";
import {writerOf} from "./scoreScale.js";
import type {CandidateCost, ScoreTable, Verdict} from "./types.js";
import type {GateRule, GateResult, GateFinding, CandidateCalls, GateFacts, GateStatus} from "./gateTypes.js";
import type {Latency} from "./costTypes.js";

/**
 * Every rule of an eval on one run. Score rules pass or fail only when the whole interval (95 %, clustered where
 * the table is) lies on one side; otherwise they are undecided. A cost is undecided where failed rows could turn it, a latency where answers of unknown time could. On a race with an error rate the intervals are
 * anytime-valid, since the race chose the number of rows by looking at their scores. A rule that names no candidate is about the verdict's best, which was
 * chosen for its scores: its intervals are those that hold for whichever of the candidates is best.
 */
export function checkGates(
  rules: readonly GateRule[],
  table: ScoreTable,
  verdict: Verdict,
  calls: readonly CandidateCalls[],
  facts: GateFacts = {}
): GateResult[] {
  const terms = {
    intervals: verdict.race?.errorRate === undefined ? oneLook : everyLook,
    write: writerOf(verdict.scale)
  };
  return rules.flatMap((rule) => {
    const candidate = rule.candidate ?? verdict.best;
    const by = {...terms, picked: rule.candidate === undefined ? pickedBy(verdict) : {among: 1}};
    if (candidate === undefined)
      return [
        {
          candidate: "–",
          rule: "a candidate to check",
          status: "undecided" as const,
          message: "Nothing was scored."
        }
      ];
    const gone = facts.dropped?.find(({calls}) => calls.candidate === candidate);
    const own = gone?.table ?? table;
    if (!own.candidates.includes(candidate))
      return [
        {
          candidate,
          rule: "a candidate to check",
          status: "fail" as const,
          message: `The run has no candidate of that name; it has ${table.candidates.join(", ")}.`
        }
      ];
    const found = gone?.calls ?? calls.find((one) => one.candidate === candidate);
    return [
      rule.minScore === undefined ? undefined : minScore(own, candidate, rule.minScore, by),
      rule.maxRegression === undefined
        ? undefined
        : rule.baselineRun === undefined
          ? regression(own, candidate, rule.maxRegression, baselineTable(table, facts), by)
          : runRegression(own, candidate, rule.maxRegression, {name: rule.baselineRun, facts, by}),
      rule.maxFailureShare === undefined
        ? undefined
        : atMost({
            what: "share of failed rows",
            value: found && found.failed / found.planned,
            most: rule.maxFailureShare,
            format: percentOf,
            detail: found && ` (${found.failed} of ${found.planned}${attemptsText(found)})`
          }),
      rule.maxP95LatencyMs === undefined ? undefined : maxLatency(found, rule.maxP95LatencyMs),
      rule.maxCostUsdPerThousand === undefined ? undefined : maxCost(found, rule.maxCostUsdPerThousand),
      rule.maxLeakageShare === undefined ? undefined : leakage(facts.leakage, rule.maxLeakageShare),
      rule.maxPersonalDataRows === undefined
        ? undefined
        : personalData(facts.personalData, rule.maxPersonalDataRows)
    ]
      .filter((result) => result !== undefined)
      .map((result) => ({candidate, ...result}));
  });
}

/** Of a race all that it began with were in the choice. */
function pickedBy({summaries, race, winner, alpha}: Verdict): Picked {
  const scored = [...summaries, ...(race?.dropped ?? [])].filter(({mean}) => mean !== undefined);
  const among = Math.max(1, new Set(scored.map(({candidate}) => candidate)).size);
  return {among, winner: alpha === DEFAULT_ALPHA ? winner : undefined};
}

/** fail beats undecided beats pass; no rules pass. */
export function overall(results: readonly GateResult[]): GateStatus {
  if (results.some(({status}) => status === "fail")) return "fail";
  return results.some(({status}) => status === "undecided") ? "undecided" : "pass";
}

/** How many tries failed before their request was answered: a flaky endpoint may fail no row. */
function attemptsText({planned, failed, attempts = planned}: CandidateCalls): string {
  const again = attempts - planned;
  if (again <= 0) return "";
  return `; ${formatCount(again)} more of ${formatCount(attempts)} attempts failed${failed > 0 ? "" : " and were repeated"}`;
}

function leakage(found: GateFacts["leakage"], most: number): GateFinding {
  const {rule, ...result} = atMost({
    what: "share of leaked test rows",
    value: found?.share,
    most,
    format: percentOf,
    unknown:
      "The split's leakage is not measured as it is now: `assay split --measure` does it, where the dataset names a text or a group."
  });
  return {rule, ...result, message: found ? `${percentOf(found.share)} by ${found.measure}` : result.message};
}

function personalData(found: GateFacts["personalData"], most: number): GateFinding {
  const rule = `at most ${most} rows with unresolved personal data`;
  if (!found)
    return {
      rule,
      status: "undecided",
      message: "This version was never scanned for personal data: run `assay pii` on it."
    };
  return {rule, status: found.rows <= most ? "pass" : "fail", message: `${found.rows} of ${found.of} rows`};
}

const UNKNOWN = "The store does not know it.";

interface Bounded {
  what: string;
  value: number | undefined;
  most: number;
  format(value: number): string;
  /** What the value rests on. */
  detail?: string;
  /** Why there may be none. */
  unknown?: string;
}

function atMost({what, value, most, format, detail = "", unknown = UNKNOWN}: Bounded): GateFinding {
  const rule = `${what} at most ${format(most)}`;
  if (value === undefined || Number.isNaN(value)) return {rule, status: "undecided", message: unknown};
  return {rule, status: value <= most ? "pass" : "fail", message: format(value) + detail};
}

/** Undecided where answers whose time nobody knows could bring it to the other side. */
function maxLatency(found: CandidateCalls | undefined, most: number): GateFinding {
  const latency = found?.latency;
  const result = atMost({
    what: "95th percentile of latency",
    value: latency?.p95Ms,
    most,
    format: (ms) => `${milliseconds(ms)} ms`,
    detail: found && latency && latencyDetail(found, latency),
    unknown: "No answer states how long it took."
  });
  if (!latency) return result;
  const turns = result.status === "pass" ? latency.mostMs > most : latency.leastMs <= most;
  return {...result, status: turns ? "undecided" : result.status};
}

function latencyDetail({planned, failed, concurrency}: CandidateCalls, latency: Latency): string {
  const {answers, lowMs, highMs} = latency;
  const completed = planned - failed;
  const isAll = answers === completed;
  const load = concurrency === undefined ? "" : `, with up to ${concurrency} requests in flight`;
  const interval =
    lowMs === undefined || highMs === undefined ? "" : ` (${milliseconds(lowMs)} to ${milliseconds(highMs)})`;
  return `${interval} over ${isAll ? "" : `${formatCount(answers)} of `}${formatCount(completed)} answers${load}${isAll ? "" : "; the others state no time"}`;
}

/** Undecided where failed rows, whose cost nobody knows, could bring it to the other side. */
function maxCost(found: CandidateCalls | undefined, most: number): GateFinding {
  const cost = found?.cost;
  const result = atMost({
    what: "cost of a thousand rows",
    value: found?.costUsdPerThousand,
    most,
    format: dollars,
    detail: cost && costDetail(cost),
    unknown:
      "Not every answer states what it cost: state a price on the endpoint, or of a hosted API in prices/*.json."
  });
  if (!cost?.failed || result.status === "undecided") return result;
  const {rows, lowest, highest} = cost.failed;
  const turns = result.status === "pass" ? highest > most : lowest <= most;
  const range = `${dollars(lowest)} to ${dollars(highest)} with the ${formatCount(rows)} that failed`;
  return {...result, status: turns ? "undecided" : result.status, message: `${result.message}, ${range}`};
}

function costDetail({low, high, rows, oldPrice}: CandidateCost): string {
  const interval = low === undefined || high === undefined ? "" : ` (${dollars(low)} to ${dollars(high)})`;
  const mark = oldPrice === undefined ? "" : `, ${oldPriceMark(oldPrice)}`;
  return `${interval} on ${rows} rows${mark}`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(4)}`;
}

function percentOf(share: number): string {
  return `${points(share)}%`;
}
