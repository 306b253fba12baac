import {quantile} from "../../stats/index.js";
import {costLine} from "./costLine.js";
import {type Crossing, crossings} from "./crossings.js";
import {isUnknown} from "./needs.js";
import type {CostHosting, CostLine, RequestTokens} from "./types.js";
import {withWay, type WayCost} from "./wayThere.js";

/** A candidate on a hosting: the tokens of its requests as a sample. */
export interface CostOption {
  hosting: CostHosting;
  /** Means over the rows seen. */
  tokens: RequestTokens;
  /** The same means in resamples of the rows; options that are compared share the draws. */
  resamples: readonly RequestTokens[];
  way?: WayCost;
  /** The months over which the first run of the way there is spread; 24 when absent. */
  horizonMonths?: number;
}

export interface BreakEven {
  /** The lowest volume at which the cheaper one changes, requests a month. */
  requestsPerMonth: number;
  cheaperAbove: "a" | "b";
  /** 95 % interval that the token counts leave open; absent without resamples. */
  low?: number;
  high?: number;
  /** Share of the resamples with known costs in which it exists; absent without any. */
  share?: number;
  /** All volumes at which the cheaper one changes, ascending: steps of machines may cross more than once. */
  all: Crossing[];
}

/** The cost line of an option with the way there in it; undefined when something is unknown. */
export function optionLine(option: CostOption, tokens = option.tokens): CostLine | undefined {
  const line = costLine(option.hosting, tokens);
  if (isUnknown(line)) return undefined;
  return option.way ? withWay(line, option.way, option.horizonMonths ?? 24) : line;
}

/**
 * Where two options cost the same a month, with the interval that the rows seen leave open. Undefined when they do not cross
 * below `high` requests a month or a cost is unknown.
 */
export function breakEven(
  a: CostOption,
  b: CostOption,
  {high, level = 0.95}: {high: number; level?: number}
): BreakEven | undefined {
  const [one, other] = [optionLine(a), optionLine(b)];
  if (!one || !other) return undefined;
  const all = crossings(one, other, {high});
  const [first] = all;
  if (!first) return undefined;
  const resamples = Math.min(a.resamples.length, b.resamples.length);
  const found: number[] = [];
  let known = 0;
  for (let i = 0; i < resamples; i++) {
    const [left, right] = [optionLine(a, a.resamples[i]), optionLine(b, b.resamples[i])];
    if (!left || !right) continue;
    known++;
    // The same change, not one that a step of machines adds the other way round.
    const same = crossings(left, right, {high}).find(({cheaperAbove}) => cheaperAbove === first.cheaperAbove);
    if (same) found.push(same.requestsPerMonth);
  }
  return {
    ...first,
    low: quantile(found, (1 - level) / 2),
    high: quantile(found, (1 + level) / 2),
    share: known === 0 ? undefined : found.length / known,
    all
  };
}
