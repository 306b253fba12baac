import {emptyRecord, memberOf} from "../../../base/validation/memberOf.js";
import {basename} from "node:path";
import {isObject} from "../../../data/datasets/index.js";

/** How a log's model was asked, beyond the samples' inputs. */
export interface LogRequests {
  path: string;
  params: Record<string, unknown>;
  /** By the samples' ids. */
  rows: Map<string, AskedRow>;
  /** What has no counterpart. */
  dropped: string[];
}

export interface AskedRow {
  system?: string;
  user?: string;
  choices?: string[];
}

/** Names of settings in another tool's file, and in a request. */
const SETTINGS: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "top_p",
  seed: "seed",
  max_tokens: "max_tokens",
  max_gen_toks: "max_tokens",
  max_completion_tokens: "max_tokens",
  max_completions_tokens: "max_tokens",
  frequency_penalty: "frequency_penalty",
  presence_penalty: "presence_penalty",
  stop_seqs: "stop",
  until: "stop"
};

/** They say how calls are made, and nothing of what is asked; lm-eval's `do_sample` says that the temperature is 0. */
const OPERATIONAL = new Set(
  "max_retries timeout attempt_timeout max_connections adaptive_connections batch cache cache_prompt max_tool_output do_sample".split(
    " "
  )
);

/** A request's parameters of another tool's settings, and the names of those that have no counterpart. */
export function requestSettings(settings: unknown): {params: Record<string, unknown>; left: string[]} {
  const params = emptyRecord<unknown>();
  const left: string[] = [];
  for (const [name, value] of Object.entries(isObject(settings) ? settings : {})) {
    if (value === null || OPERATIONAL.has(name)) continue;
    const own = memberOf(SETTINGS, name);
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (own === undefined) left.push(name);
    else if (!isEmpty) params[own] = value;
  }
  return {params, left};
}

/** A line for each name: it has no counterpart. */
export const withoutCounterpart = (path: string, what: string, names: readonly string[]) =>
  names.map((name) => `${basename(path)}: the ${what} ${name} has no counterpart`);
