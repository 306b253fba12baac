import {at, isObject, type JsonObject, objectsOf, textOf} from "../../../../data/datasets/index.js";
import {finiteNumber} from "../../json.js";
import type {ImportedAnswer} from "../../types.js";

export type InspectUsage = Pick<
  ImportedAnswer,
  "latencyMs" | "promptTokens" | "completionTokens" | "cachedTokens" | "costUsd"
>;

/**
 * What the candidate itself spent on a sample. Nothing where a call of its own was answered from the cache, which takes no
 * time of the model's and counts no tokens. `untold` where a grader may have asked the same model, and nothing says how much.
 */
export function spentOf(
  header: JsonObject,
  sample: JsonObject,
  model: string
): InspectUsage & {untold?: true} {
  const {own, graders, scoredAfter} = callsIn(sample, model);
  if (own.some(({cache}) => cache === "read")) return {};
  const latencyMs = secondsOf(scoredAfter ?? sample.working_time ?? sample.total_time);
  const total = at(sample.model_usage, model);
  if (!isObject(total)) return {latencyMs};
  const usage =
    own.length + graders.length > 0
      ? usageOfCalls(total, usagesOf(own), usagesOf(graders))
      : usageWithoutCalls(header, sample, {model, total});
  return usage === undefined ? {latencyMs, untold: true} : {latencyMs, ...tokensOf(usage)};
}

interface Calls {
  own: JsonObject[];
  /** Made by scorers: `model_graded_qa` asks the evaluated model unless told another. */
  graders: JsonObject[];
  /** Seconds of the sample's working time until the first scorer began, where the log states them. */
  scoredAfter?: number;
}

/** The calls to a model. Spans stand within spans; before there were any, steps stood one after another. */
function callsIn(sample: JsonObject, model: string): Calls {
  const calls: Calls = {own: [], graders: []};
  const scoring = new Set<unknown>();
  let steps = 0;
  for (const event of objectsOf(sample.events ?? at(sample.transcript, "events"))) {
    const isSpan = event.event === "span_begin";
    const isStep = event.event === "step" && event.type === "scorer";
    if (isStep || (isSpan && event.type === "scorers"))
      calls.scoredAfter ??= finiteNumber(event.working_start);
    if (isSpan && (/^scorers?$/.test(textOf(event.type) ?? "") || scoring.has(event.parent_id)))
      scoring.add(event.id);
    if (isStep) steps += event.action === "begin" ? 1 : -1;
    const scores = steps > 0 || scoring.has(event.span_id) || event.role === "grader";
    if (event.event === "model" && event.model === model) (scores ? calls.graders : calls.own).push(event);
  }
  return calls;
}

/** Of the calls that were made, each with what it used: one that was answered from the cache, or failed, used nothing. */
const usagesOf = (calls: readonly JsonObject[]) =>
  calls.flatMap(({cache, output}) => {
    const usage = at(output, "usage");
    return cache !== "read" && isObject(usage) ? [usage] : [];
  });

/** A grader's calls are in the whole, or are not where the log was scored again; undefined where calls make up neither. */
function usageOfCalls(
  total: JsonObject,
  own: readonly JsonObject[],
  graders: readonly JsonObject[]
): JsonObject | undefined {
  if (graders.length === 0) return total;
  const isOwn = (usage: JsonObject) =>
    ["input_tokens", "output_tokens"].every(
      (name) => (finiteNumber(usage[name]) ?? 0) === usageSum(own, name)
    );
  return [without(total, graders), total].find(isOwn);
}

/** Scorers of Inspect that ask no model. */
const ASKING_NOBODY = new Set("match includes pattern answer exact f1 choice math".split(" "));

/** Of a sample whose events are not there; undefined where it cannot be told. */
function usageWithoutCalls(
  header: JsonObject,
  sample: JsonObject,
  {model, total}: {model: string; total: JsonObject}
): JsonObject | undefined {
  const grader = at(sample.role_usage, "grader");
  if (isObject(grader)) {
    const bound = at(header, "eval", "model_roles", "grader", "model") ?? model;
    return bound === model ? without(total, [grader]) : total;
  }
  const scorers = isObject(sample.scores) ? Object.keys(sample.scores) : [];
  if (scorers.every((name) => ASKING_NOBODY.has(name))) return total;
  const last = at(sample.output, "usage");
  const isOnly = ["input_tokens", "output_tokens"].every((name) => at(last, name) === total[name]);
  return isOnly ? total : undefined;
}

const COUNTS = [
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "input_tokens_cache_read",
  "input_tokens_cache_write",
  "reasoning_tokens"
];

const usageSum = (usages: readonly JsonObject[], name: string) =>
  usages.reduce((sum, usage) => sum + (finiteNumber(usage[name]) ?? 0), 0);

function without(total: JsonObject, parts: readonly JsonObject[]): JsonObject {
  const counts = COUNTS.flatMap((name) => {
    const count = finiteNumber(total[name]);
    return count === undefined ? [] : [[name, count - usageSum(parts, name)] as const];
  });
  const cost = finiteNumber(total.total_cost);
  const areBilled = parts.every((part) => finiteNumber(part.total_cost) !== undefined);
  const rest =
    cost !== undefined && areBilled ? Math.max(0, cost - usageSum(parts, "total_cost")) : undefined;
  return {...Object.fromEntries(counts), total_cost: rest};
}

function tokensOf(usage: JsonObject): Omit<InspectUsage, "latencyMs"> {
  const count = (name: string) => finiteNumber(usage[name]);
  const [input, output, cached] = ["input_tokens", "output_tokens", "input_tokens_cache_read"].map(count);
  const cache = (cached ?? 0) + (count("input_tokens_cache_write") ?? 0);
  const rest = (count("total_tokens") ?? 0) - (input ?? 0) - (output ?? 0) - cache;
  // Some providers count what the cache took among the input, some beside it: the total tells.
  const beside = rest === 0 || rest === count("reasoning_tokens");
  return {
    promptTokens: input !== undefined && beside ? input + cache : input,
    completionTokens: output,
    cachedTokens: cached,
    costUsd: count("total_cost")
  };
}

function secondsOf(value: unknown): number | undefined {
  const seconds = finiteNumber(value);
  return seconds === undefined ? undefined : seconds * 1000;
}
