import {readFile, stat} from "node:fs/promises";
import {basename, dirname} from "node:path";
import {at, isObject, type JsonObject, textOf} from "../../../../data/datasets/index.js";
import {UserError, withoutCredentials} from "../../../../base/validation/index.js";
import {fileText, asList, parseYaml, type PromptfooContext} from "./files.js";
import {RESERVED, testRows} from "./tests.js";
import {reachOf} from "../../projects/providers.js";
import type {
  ForeignCandidate,
  ForeignPrice,
  ForeignProject,
  ForeignPrompt,
  ForeignRow,
  Reach
} from "../../projects/types.js";

/** Whether a document is a promptfoo configuration. */
function isPromptfooConfig(value: unknown): value is JsonObject {
  return (
    isObject(value) &&
    "prompts" in value &&
    ("providers" in value || "targets" in value) &&
    !("results" in value)
  );
}

/** The configuration in a YAML or JSON file; undefined where the file is something else, such as results. */
export async function promptfooConfigIn(path: string) {
  if (!/\.(ya?ml|json)$/i.test(path)) return undefined;
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) return undefined;
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const isJson = /\.json$/i.test(path);
  const value = isJson ? jsonIn(text) : parseYaml(path, text);
  if (isPromptfooConfig(value)) return value;
  if (isJson) return undefined;
  throw new UserError(`${path} is no promptfoo configuration: it has no prompts and providers.`);
}

const KNOWN = new Set(
  "description prompts providers targets tests defaultTest tags outputPath evaluateOptions sharing env commandLineOptions writeLatestResults".split(
    " "
  )
);

/**
 * A promptfoo configuration as a project: prompts, providers, tests with `defaultTest` under each, and assertions that
 * have a counterpart. Whatever has none is named in `dropped`; a test that loses all its assertions stays, unscored.
 */
export async function promptfooProject(
  path: string,
  config: JsonObject,
  name: string
): Promise<ForeignProject> {
  const reading: PromptfooContext = {file: basename(path), folder: dirname(path), dropped: []};
  for (const key of Object.keys(config).filter((key) => !KNOWN.has(key)))
    reading.dropped.push(`${key}: has no counterpart`);
  const prompts = await configPrompts(config.prompts, reading);
  const candidates = asList(config.providers ?? config.targets).flatMap((one, i) =>
    candidateOf(one, `providers[${i}]`, reading)
  );
  const rows = await testRows(config, reading);
  const repeat = at(config.evaluateOptions, "repeat");
  return {
    name,
    title: textOf(config.description) ?? name,
    tool: "promptfoo",
    rows,
    text: textColumn(rows),
    prompts,
    expected: "assert",
    scorers: [{name: "pass", code: "assertions()", imports: ["assertions"]}],
    candidates,
    repeats: typeof repeat === "number" && repeat > 1 ? Math.floor(repeat) : 1,
    scored: false,
    dropped: [...new Set(reading.dropped)]
  };
}

async function configPrompts(stated: unknown, reading: PromptfooContext): Promise<ForeignPrompt[]> {
  const prompts: ForeignPrompt[] = [];
  for (const [i, one] of asList(stated).entries()) {
    const where = `prompts[${i}]`;
    const raw = textOf(isObject(one) ? (one.raw ?? one.id) : one) ?? "";
    const label = isObject(one) ? textOf(one.label) : undefined;
    const text = await fileText(raw, where, reading);
    if (text === undefined) continue;
    if (/\{%|\{\{[^}]*[|(]/.test(text)) {
      reading.dropped.push(
        `${where}: Nunjucks blocks and filters have no counterpart; write the prompt as a function`
      );
      continue;
    }
    const several = text
      .split(/^---$/m)
      .map((part) => part.trim())
      .filter((part) => part !== "");
    for (const part of several)
      prompts.push({name: label ?? `prompt ${prompts.length + 1}`, content: chatOf(part) ?? part});
  }
  return prompts;
}

/** Undefined of text that is no JSON, or has no prompts. Results are as long as hundreds of megabytes, which YAML takes minutes for. */
function jsonIn(text: string): unknown {
  if (!text.includes('"prompts"')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A prompt may be a chat in JSON. */
function chatOf(text: string): {role: string; content: string}[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((one) => isObject(one) && typeof one.role === "string" && typeof one.content === "string")
    )
      return value as {role: string; content: string}[];
  } catch {
    // Text that is no JSON is the prompt itself.
  }
  return undefined;
}

/** Written as the key of a server that takes none. */
export const NO_KEY = "none";

const PARAMETERS = [
  "temperature",
  "top_p",
  "max_tokens",
  "seed",
  "stop",
  "frequency_penalty",
  "presence_penalty"
];

function candidateOf(stated: unknown, where: string, {dropped, file}: PromptfooContext): ForeignCandidate[] {
  // `{"openai:gpt-4o": {config: …}}` is short for `{id, config}`.
  const only = isObject(stated) && !("id" in stated) ? Object.entries(stated)[0] : undefined;
  const options: JsonObject = only
    ? {...(isObject(only[1]) && only[1]), id: only[0]}
    : isObject(stated)
      ? stated
      : {};
  const statedId = textOf(isObject(stated) ? options.id : stated);
  if (statedId === undefined) {
    dropped.push(`${where}: has no id`);
    return [];
  }
  const id = withoutCredentials(statedId);
  const config = isObject(options.config) ? options.config : {};
  const {model, reach} = reachOf(id);
  const statedBase = textOf(config.apiBaseUrl ?? config.baseUrl);
  const base = statedBase && plainAddress(statedBase);
  const known = reach && {
    ...reach,
    baseUrl: base ?? reach.baseUrl,
    hosting:
      base !== undefined && /^https?:\/\/(127\.|localhost|\[::1\])/.test(base)
        ? ("on-prem" as const)
        : reach.hosting,
    apiKeyEnv: keyVariable(config, base, reach)
  };
  if (!known) dropped.push(`${where}: nothing here speaks to ${id}; add a candidate by hand`);
  if (known && base !== statedBase)
    dropped.push(`${where}: user info and query of its address not taken over; use headersEnv or query`);
  const price = priceOf(config, file);
  const others = Object.keys(config).filter(
    (key) =>
      !PARAMETERS.includes(key) &&
      !["apiBaseUrl", "baseUrl", "apiKeyEnvar"].includes(key) &&
      key !== "apiKey" &&
      !(price && PRICES.includes(key))
  );
  const keyHeld =
    ![undefined, NO_KEY].includes(textOf(config.apiKey)) && envNamed(config.apiKey) === undefined;
  if (known && keyHeld) {
    const into = known.apiKeyEnv === undefined ? "" : `; put the key into ${known.apiKeyEnv}`;
    dropped.push(`${where}: config apiKey not taken over${into}`);
  }
  if (others.length > 0) dropped.push(`${where}: config ${others.join(", ")} not taken over`);
  const beside = Object.keys(options).filter((key) => !["id", "label", "config"].includes(key));
  if (beside.length > 0) dropped.push(`${where}: ${beside.join(", ")} not taken over`);
  const params = Object.fromEntries(
    PARAMETERS.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]]))
  );
  return [{name: withoutCredentials(textOf(options.label) ?? id), model, params, reach: known, price}];
}

/** An endpoint's address has no query and no user info: they may be secret. */
function plainAddress(address: string): string {
  return withoutCredentials(address).replace(/[?#].*$/s, "");
}

/**
 * The environment variable with the provider's key. A key that the configuration holds is not taken over, and its server gets no
 * other server's: it has a variable of its own.
 */
function keyVariable(config: JsonObject, base: string | undefined, reach: Reach): string | undefined {
  if (config.apiKey === NO_KEY) return undefined;
  const named = textOf(config.apiKeyEnvar) ?? envNamed(config.apiKey);
  if (named !== undefined) return named;
  if (config.apiKey === undefined || base === undefined || hostOf(base) === hostOf(reach.baseUrl))
    return reach.apiKeyEnv;
  return [
    "API",
    "KEY",
    ...(hostOf(base)
      .toUpperCase()
      .match(/[A-Z0-9]+/g) ?? [])
  ].join("_");
}

/** The variable of `{{env.NAME}}`. */
function envNamed(value: unknown): string | undefined {
  return /^\{\{\s*env\.(\w+)\s*\}\}$/.exec(textOf(value) ?? "")?.[1];
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url);

const PRICES = ["cost", "inputCost", "outputCost"];

/** promptfoo's are US dollars a token; `cost` holds for what has none of its own. */
function priceOf(config: JsonObject, file: string): ForeignPrice | undefined {
  const [both, input = both, output = both] = PRICES.map((name) => config[name]);
  if (typeof input !== "number" || typeof output !== "number" || !(input >= 0 && output >= 0))
    return undefined;
  const perMillion = (usd: number) => Number((usd * 1e6).toPrecision(12));
  const stated = PRICES.filter((name) => config[name] !== undefined);
  return {
    inputUsdPerMillion: perMillion(input),
    outputUsdPerMillion: perMillion(output),
    source: `${file}: ${stated.join(", ")}`
  };
}

/** The longest text column, by its mean. */
function textColumn(rows: readonly ForeignRow[]): string | undefined {
  const totals = new Map<string, number>();
  for (const row of rows)
    for (const [key, value] of Object.entries(row))
      if (typeof value === "string" && !RESERVED.includes(key))
        totals.set(key, (totals.get(key) ?? 0) + value.length);
  return [...totals].sort((a, b) => b[1] - a[1])[0]?.[0];
}
