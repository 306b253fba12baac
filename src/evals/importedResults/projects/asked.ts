import {basename} from "node:path";
import {
  at,
  inspectLog,
  isObject,
  type JsonObject,
  messageText,
  objectsOf,
  textOf,
  withAttachments
} from "../../../data/datasets/index.js";
import type {ResultsContent} from "../content.js";
import {inspect} from "../readers/inspect.js";
import {lmEval} from "../readers/lmEval.js";

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

/** They do nothing but make the messages that a sample holds. */
const ASKING = new Set(
  "generate system_message user_message assistant_message prompt_template multiple_choice chain_of_thought".split(
    " "
  )
);

/** The settings of an Inspect log or of lm-eval's samples, and the messages that the log's samples hold; undefined of other files. */
export async function askedIn(content: ResultsContent): Promise<LogRequests | undefined> {
  const {path} = content;
  if (inspect.matches(content)) return inspectAsked(content);
  if (!lmEval.matches(content) || content.kind !== "lines") return undefined;
  const {params, left} = settingsOf(at(content.objects[0], "arguments", "gen_args_0", "arg_1"));
  return {path, params, rows: new Map(), dropped: leftOut(path, "setting", left)};
}

async function inspectAsked(content: ResultsContent): Promise<LogRequests> {
  const rows = new Map<string, AskedRow>();
  let several = 0;
  const add = (sample: JsonObject) => {
    const row = rowOf(sample);
    if (row === undefined) several++;
    rows.set(textOf(sample.id) ?? "", row ?? {});
  };
  const header = await eachSample(content, add);
  const config = {
    ...objectAt(header, "eval", "model_generate_config"),
    ...objectAt(header, "plan", "config")
  };
  const {params, left} = settingsOf(config);
  const solvers = objectsOf(at(header, "plan", "steps")).flatMap(({solver}) => textOf(solver) ?? []);
  const {path} = content;
  const dropped = [
    ...leftOut(path, "setting", left),
    ...leftOut(
      path,
      "solver",
      solvers.filter((name) => !ASKING.has(name.split("/").at(-1)!))
    ),
    ...(several > 0
      ? [
          `${basename(path)}: ${several} samples were asked with more than a system and a user message; their input alone is asked`
        ]
      : [])
  ];
  return {path, params, rows, dropped};
}

const leftOut = (path: string, what: string, names: readonly string[]) =>
  names.map((name) => `${basename(path)}: the ${what} ${name} has no counterpart`);

async function eachSample(content: ResultsContent, use: (sample: JsonObject) => void): Promise<JsonObject> {
  if (content.kind !== "zip") {
    const header = (content as {value: JsonObject}).value;
    objectsOf(header.samples).forEach(use);
    return header;
  }
  const log = await inspectLog(content.path, content.zip);
  if (log) for await (const sample of log.samples) use(sample);
  return log?.header ?? {};
}

/** What stands before the first answer; undefined where that is more than a system and a user message. */
function rowOf(sample: JsonObject): AskedRow | undefined {
  const choices = Array.isArray(sample.choices) ? sample.choices.map(String) : undefined;
  const messages = objectsOf(withAttachments(sample, sample.messages));
  const answered = messages.findIndex(({role}) => role === "assistant");
  const before = answered < 0 ? messages : messages.slice(0, answered);
  const said = (role: string) => before.filter((one) => one.role === role).map(messageText);
  const [systems, users] = [said("system"), said("user")];
  if (before.length === 0) return {choices};
  if (users.length !== 1 || systems.length + 1 !== before.length) return undefined;
  return {system: systems.length > 0 ? systems.join("\n\n") : undefined, user: users[0], choices};
}

/** A request's parameters of another tool's settings, and the names of those that have no counterpart. */
export function settingsOf(settings: unknown): {params: Record<string, unknown>; left: string[]} {
  const params: Record<string, unknown> = {};
  const left: string[] = [];
  for (const [name, value] of Object.entries(isObject(settings) ? settings : {})) {
    if (value === null || OPERATIONAL.has(name)) continue;
    const own = SETTINGS[name];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (own === undefined) left.push(name);
    else if (!isEmpty) params[own] = value;
  }
  return {params, left};
}

const objectAt = (value: unknown, ...path: string[]): JsonObject => {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
};
