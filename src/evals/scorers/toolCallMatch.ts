import {isObject} from "../../base/validation/isObject.js";
import {exactJson} from "../../base/validation/exactJson.js";
import {sameJson} from "./sameJson.js";
import {checkOptions, flag, oneOfOption} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";

export interface ToolCallOptions {
  /** "exact": the same arguments. "subset": at least the expected ones. "name": names only. Default "exact". */
  arguments?: "exact" | "subset" | "name";
  /** Calls must come in the expected order. Default false. */
  ordered?: boolean;
  /** Further calls do not matter. Default false. */
  allowExtra?: boolean;
}

interface ExpectedCall {
  name: string;
  arguments: {[key: string]: Json};
}

/**
 * 1 when the completion calls exactly the expected tools, else 0. Expected is a list of {name, arguments}, one such
 * object, or an empty list when no tool may be called; or JSON text of these. A call may also have OpenAI's form,
 * {type: "function", function: {name, arguments}}, and arguments may be JSON text as there. Arguments are compared as JSON: key order
 * does not matter, and whole numbers beyond 2^53 go by their digits.
 * A call whose arguments are no JSON object matches nothing. A malformed expectation is a failure.
 *
 * @example `await toolCallMatch()({expected: [{name: "weather", arguments: {city: "Paris"}}], completion: {toolCalls: [{type: "function", function: {name: "weather", arguments: '{"city": "Lyon"}'}}]}})` gives `{value: 0, details: {called: ["weather"], matched: 0, expected: 1}}`
 */
export function toolCallMatch(options: ToolCallOptions = {}): Scorer {
  checkOptions<ToolCallOptions>("toolCallMatch", options, {
    arguments: oneOfOption("exact", "subset", "name"),
    ordered: flag,
    allowExtra: flag
  });
  const {arguments: compare = "exact", ordered = false, allowExtra = false} = options;
  const score: Scorer = ({expected, completion}) => {
    const wanted = expectedCalls(expected);
    if (!wanted)
      return {failed: "the row's expected value is no list of {name, arguments}, and no JSON text of one"};
    const calls = (completion.toolCalls ?? []).map(({function: call}) => ({
      name: call.name,
      arguments: parseArguments(call.arguments)
    }));
    const fits = (want: ExpectedCall, call: (typeof calls)[number]) =>
      want.name === call.name &&
      (compare === "name" || sameArguments(want.arguments, call.arguments, compare));
    const matched = matchCalls(wanted, calls, fits, ordered, allowExtra);
    const complete = matched === wanted.length && (allowExtra || calls.length === wanted.length);
    return {
      value: complete ? 1 : 0,
      details: {called: calls.map((call) => call.name), matched, expected: wanted.length}
    };
  };
  return withSettings(score, {arguments: compare, ordered, allowExtra}, {module: import.meta.url});
}

function expectedCalls(expected: unknown): ExpectedCall[] | undefined {
  const value = typeof expected === "string" ? parsedArguments(expected) : expected;
  if (value === undefined || value === null) return undefined;
  const calls = (Array.isArray(value) ? (value as unknown[]) : [value]).map(expectedCall);
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

function expectedCall(call: unknown): ExpectedCall | undefined {
  if (!isObject(call)) return undefined;
  const {name, arguments: given} = isObject(call.function) ? call.function : call;
  const args = typeof given === "string" ? parseArguments(given) : (given ?? {});
  return typeof name === "string" && isObject(args)
    ? {name, arguments: args as ExpectedCall["arguments"]}
    : undefined;
}

/** Undefined unless the text is a JSON object. Models send an empty text for a call without arguments. */
function parseArguments(text: string): {[key: string]: Json} | undefined {
  if (text.trim() === "") return {};
  const value = parsedArguments(text);
  return isObject(value) ? (value as {[key: string]: Json}) : undefined;
}

function parsedArguments(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return undefined;
  }
}

function sameArguments(
  wanted: {[key: string]: Json},
  given: {[key: string]: Json} | undefined,
  how: "exact" | "subset"
): boolean {
  if (!given) return false;
  if (how === "exact") return sameJson(wanted, given);
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(given, key) && sameJson(value, given[key])
  );
}

/** How many expected calls find a call of their own, as many as possible. */
function matchCalls<Want, Call>(
  wanted: readonly Want[],
  calls: readonly Call[],
  fits: (want: Want, call: Call) => boolean,
  ordered: boolean,
  allowExtra: boolean
): number {
  if (ordered) {
    if (!allowExtra) return wanted.filter((want, i) => i < calls.length && fits(want, calls[i]!)).length;
    let next = 0;
    for (const call of calls) if (next < wanted.length && fits(wanted[next]!, call)) next++;
    return next;
  }
  // Augmenting paths: a loose expectation must not take the one call that a strict one needs.
  const takenBy = new Map<number, number>();
  const assign = (want: number, tried: Set<number>): boolean =>
    calls.some((call, i) => {
      if (tried.has(i) || !fits(wanted[want]!, call)) return false;
      tried.add(i);
      const holder = takenBy.get(i);
      if (holder !== undefined && !assign(holder, tried)) return false;
      takenBy.set(i, want);
      return true;
    });
  return wanted.filter((_, want) => assign(want, new Set())).length;
}
