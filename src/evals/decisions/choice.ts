import {memberOf} from "../../base/validation/memberOf.js";
import {comparedCosts, isShownCheaper} from "./comparedCosts.js";
import {oldPriceMark, oldPriceOf} from "./oldPrices.js";
import {formatCount, milliseconds} from "./points.js";
import type {CostsByCandidate, TieBreakers, TieChoice, Latency} from "./costTypes.js";

/** What one candidate takes against another. */
interface ResourceLead {
  /** How many times as much the other takes; Infinity where the one takes nothing. */
  times: number;
  /** Whether that is more than chance. */
  isShown: boolean;
  /** The interval that shows it, in parentheses and led by a space. */
  interval?: string;
}

interface Measure {
  word: string;
  lead(one: string, other: string): ResourceLead | undefined;
  note?(among: readonly string[]): string;
}

/**
 * The one that is shown to be the cheapest of several candidates, else of those that may be the fastest, then the smallest. A measure
 * counts only when it is known of all that are left, and rules out those alone that it shows to take more. When nothing tells the rest
 * apart, the baseline where it is among them. `reason` compares with the next by the measure that told.
 */
export function choiceAmong(
  candidates: readonly string[],
  breakers: TieBreakers,
  baseline?: string
): TieChoice | undefined {
  let left = [...candidates];
  let told: TieChoice | undefined;
  for (const {word, lead, note} of measuresOf(breakers)) {
    const first = left.find((one) =>
      left.every((other) => one === other || (lead(one, other)?.times ?? 0) >= 1)
    );
    if (first === undefined) continue;
    const behind = left
      .flatMap((other) => (other === first ? [] : {other, ...lead(first, other)!}))
      .filter(({isShown}) => isShown)
      .sort((a, b) => a.times - b.times);
    const next = behind[0];
    if (!next) continue;
    left = left.filter((one) => !behind.some(({other}) => other === one));
    const than = left.length > 1 ? ` than ${next.other}` : "";
    told = {
      candidate: first,
      reason: `${timesText(next, word)}${than}${next.interval ?? ""}${note?.(candidates) ?? ""}`
    };
  }
  if (left.length > 1 && baseline !== undefined && left.includes(baseline)) return {candidate: baseline};
  return told ?? (left.length > 0 ? {candidate: left[0]!} : undefined);
}

function measuresOf({costs = {}, latency = {}, requestsInFlight = 1, bytes = {}}: TieBreakers): Measure[] {
  return [
    {
      word: "cheaper",
      lead: (one, other) => costLead(costs, one, other),
      note: (among) => ageText(among, costs)
    },
    {
      word: "faster",
      lead: (one, other) => latencyLead(memberOf(latency, one), memberOf(latency, other)),
      // A server that answers many at once answers each more slowly.
      note: () =>
        requestsInFlight > 1 ? ` with up to ${formatCount(requestsInFlight)} requests in flight` : ""
    },
    {
      word: "smaller",
      lead: (one, other) => {
        const times = timesOf(memberOf(bytes, one), memberOf(bytes, other));
        return times === undefined ? undefined : {times, isShown: times > 1};
      }
    }
  ];
}

function timesOf(own: number | undefined, other: number | undefined): number | undefined {
  if (own === undefined || other === undefined) return undefined;
  return own === other ? 1 : other / own;
}

function costLead(costs: CostsByCandidate, one: string, other: string): ResourceLead | undefined {
  const found = comparedCosts(costs, one, other);
  if (!found) return undefined;
  const {usd, other: others, low, high} = found;
  const times = timesOf(usd, others)!;
  const isShown = isShownCheaper(found);
  if (low === undefined || high === undefined) return {times, isShown};
  const [least, most] = [low, high].map((end) => (low < 1.1 ? end.toFixed(2) : factorText(end)));
  return {times, isShown, interval: least === most ? "" : ` (${least} to ${most})`};
}

/** Shown by intervals of the two percentiles that do not overlap. */
function latencyLead(
  own: NonNullable<TieBreakers["latency"]>[string] | undefined,
  other: NonNullable<TieBreakers["latency"]>[string] | undefined
): ResourceLead | undefined {
  const times = timesOf(own?.p95Ms, other?.p95Ms);
  if (times === undefined) return undefined;
  const [mine, others] = [rangeText(own!), rangeText(other!)];
  if (own!.highMs === undefined || other!.lowMs === undefined || own!.highMs >= other!.lowMs)
    return {times, isShown: false};
  return {times, isShown: true, interval: ` (p95 ${mine} against ${others})`};
}

function rangeText({
  p95Ms,
  lowMs = p95Ms,
  highMs = p95Ms
}: Pick<Latency, "p95Ms" | "lowMs" | "highMs">): string {
  const [low, high] = [milliseconds(lowMs), milliseconds(highMs)];
  return low === high ? `${low} ms` : `${low} to ${high} ms`;
}

/** The oldest of the prices that were compared, where it is old. */
function ageText(candidates: readonly string[], costs: CostsByCandidate): string {
  const oldest = candidates.flatMap((name) => oldPriceOf(memberOf(costs, name)) ?? []).sort()[0];
  return oldest === undefined ? "" : `, ${oldPriceMark(oldest)}`;
}

function timesText({times}: ResourceLead, word: string): string {
  if (times === Infinity) return word === "cheaper" ? "costs nothing a call" : `is ${word}`;
  return times < 1.05 ? `is slightly ${word}` : `is ${factorText(times)} times ${word}`;
}

function factorText(factor: number): string {
  return factor < 10 ? String(Number(factor.toFixed(1))) : formatCount(Math.round(factor));
}
