import {readFile} from "node:fs/promises";
import {basename, dirname, extname, resolve} from "node:path";
import type * as YamlLibrary from "yaml";
import {onFirstUse} from "../../store/index.js";
import {assertionTypes} from "../../scorers/assertions.js";
import {at, isObject, type JsonObject, textOf} from "../../datasets/index.js";
import {hashJson, messageOf, UserError} from "../../store/index.js";
import {parseTable} from "../table.js";
import {reachOf} from "./providers.js";
import type {ForeignCandidate, ForeignPrice, ForeignProject, ForeignPrompt, ForeignRow} from "./types.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** Whether a document is a promptfoo configuration. */
export function isPromptfooConfig(value: unknown): value is JsonObject {
  return (
    isObject(value) &&
    "prompts" in value &&
    ("providers" in value || "targets" in value) &&
    !("results" in value)
  );
}

/** A YAML document of a configuration; a UserError names line and problem. Aliases that unfold without end are refused. */
export function parseYaml(path: string, text: string): unknown {
  const document = yaml().parseDocument(text);
  const problem = document.errors[0];
  if (problem)
    throw new UserError(`${path} is not valid YAML: ${problem.message.split("\n")[0]}. Mend it there.`);
  try {
    return document.toJS({maxAliasCount: 100}) as unknown;
  } catch (cause) {
    throw new UserError(`${path} cannot be read as YAML: ${messageOf(cause)}.`, {cause});
  }
}

interface Reading {
  /** The configuration's own name, and where what it names lies. */
  file: string;
  folder: string;
  dropped: string[];
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
  const reading: Reading = {file: basename(path), folder: dirname(path), dropped: []};
  for (const key of Object.keys(config).filter((key) => !KNOWN.has(key)))
    reading.dropped.push(`${key}: has no counterpart`);
  const prompts = await promptsOf(config.prompts, reading);
  const candidates = listOf(config.providers ?? config.targets).flatMap((one, i) =>
    candidateOf(one, `providers[${i}]`, reading)
  );
  const rows = await rowsOf(config, reading);
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

const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];

async function promptsOf(stated: unknown, reading: Reading): Promise<ForeignPrompt[]> {
  const prompts: ForeignPrompt[] = [];
  for (const [i, one] of listOf(stated).entries()) {
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

async function fileText(raw: string, where: string, {folder, dropped}: Reading): Promise<string | undefined> {
  const named = /^file:\/\/(.+)$/.exec(raw)?.[1] ?? (/^[\w./-]+\.(txt|md|json)$/.test(raw) ? raw : undefined);
  if (named === undefined) return raw;
  if (!/\.(txt|md|json|ya?ml|csv|jsonl)$/i.test(named)) {
    dropped.push(`${where}: ${raw} is code, which is not taken over`);
    return undefined;
  }
  try {
    return await readFile(resolve(folder, named), "utf8");
  } catch {
    dropped.push(`${where}: ${raw} is not there`);
    return undefined;
  }
}

const PARAMETERS = [
  "temperature",
  "top_p",
  "max_tokens",
  "seed",
  "stop",
  "frequency_penalty",
  "presence_penalty"
];

function candidateOf(stated: unknown, where: string, {dropped, file}: Reading): ForeignCandidate[] {
  // `{"openai:gpt-4o": {config: …}}` is short for `{id, config}`.
  const only = isObject(stated) && !("id" in stated) ? Object.entries(stated)[0] : undefined;
  const options: JsonObject = only
    ? {...(isObject(only[1]) && only[1]), id: only[0]}
    : isObject(stated)
      ? stated
      : {};
  const id = textOf(isObject(stated) ? options.id : stated);
  if (id === undefined) {
    dropped.push(`${where}: has no id`);
    return [];
  }
  const config = isObject(options.config) ? options.config : {};
  const {model, reach} = reachOf(id);
  const base = textOf(config.apiBaseUrl ?? config.baseUrl);
  const known = reach && {
    ...reach,
    baseUrl: base ?? reach.baseUrl,
    hosting:
      base !== undefined && /^https?:\/\/(127\.|localhost|\[::1\])/.test(base)
        ? ("on-prem" as const)
        : reach.hosting,
    apiKeyEnv: textOf(config.apiKeyEnvar) ?? reach.apiKeyEnv
  };
  if (!known) dropped.push(`${where}: nothing here speaks to ${id}; add a candidate by hand`);
  const price = priceOf(config, file);
  const others = Object.keys(config).filter(
    (key) =>
      !PARAMETERS.includes(key) &&
      !["apiBaseUrl", "baseUrl", "apiKeyEnvar"].includes(key) &&
      !(price && PRICES.includes(key))
  );
  if (others.length > 0) dropped.push(`${where}: config ${others.join(", ")} not taken over`);
  const params = Object.fromEntries(
    PARAMETERS.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]]))
  );
  return [{name: textOf(options.label) ?? id, model, params, reach: known, price}];
}

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

async function rowsOf(config: JsonObject, reading: Reading): Promise<ForeignRow[]> {
  const base = isObject(config.defaultTest) ? config.defaultTest : {};
  const tests = await testsOf(config.tests, reading);
  return tests.flatMap(({test, where}) => {
    const vars = {...objectOf(base.vars), ...objectOf(test.vars)};
    const asserts = [
      ...listOf(base.assert).map((one, i) => ({one, at: `defaultTest.assert[${i}]`})),
      ...listOf(test.assert).map((one, i) => ({one, at: `${where}.assert[${i}]`}))
    ].flatMap(({one, at}) => assertionOf(one, at, reading));
    for (const key of Object.keys(test))
      if (!["vars", "assert", "description", "metadata"].includes(key))
        reading.dropped.push(`${where}.${key}: has no counterpart`);
    return combinations(vars).map((values): ForeignRow => {
      const own = Object.fromEntries(Object.entries(values).filter(([key]) => !RESERVED.includes(key)));
      for (const key of Object.keys(values).filter((key) => RESERVED.includes(key)))
        reading.dropped.push(`${where}.vars.${key}: the name is taken; rename the variable`);
      return {
        id:
          textOf(at(test.metadata, "id")) ??
          `${where.replace(/[[\]]+/g, "-").replace(/-$/, "")}-${hashJson(values).slice(0, 8)}`,
        part: "test",
        ...own,
        assert: JSON.stringify(filled(asserts, values))
      };
    });
  });
}

const RESERVED = ["id", "part", "assert", "row_id", "row_hash"];

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

async function testsOf(stated: unknown, reading: Reading): Promise<{test: JsonObject; where: string}[]> {
  const found: {test: JsonObject; where: string}[] = [];
  for (const [i, one] of listOf(stated).entries()) {
    if (isObject(one)) {
      found.push({test: one, where: `tests[${i}]`});
      continue;
    }
    const named = String(one).replace(/^file:\/\//, "");
    const text = await fileText(`file://${named}`, `tests[${i}]`, reading);
    if (text === undefined) continue;
    const path = resolve(reading.folder, named);
    const tests = extname(named) === ".csv" ? tableTests(path, text, reading) : documentTests(path, text);
    for (const [n, test] of tests.entries()) found.push({test, where: `${named}[${n}]`});
  }
  return found;
}

function documentTests(path: string, text: string): JsonObject[] {
  if (path.endsWith(".jsonl")) {
    return text.split("\n").flatMap((line, i) => {
      if (line.trim() === "") return [];
      const value = parseYaml(`${path} line ${i + 1}`, line);
      return isObject(value) ? [value] : [];
    });
  }
  return listOf(parseYaml(path, text)).filter(isObject);
}

/** Columns are variables; `__expected` holds an assertion as promptfoo writes it in one cell. */
function tableTests(path: string, text: string, {dropped}: Reading): JsonObject[] {
  const {columns, rows} = parseTable(path, text);
  return rows.map((values, n) => {
    const vars: JsonObject = {};
    const assert: JsonObject[] = [];
    for (const [i, column] of columns.entries()) {
      const value = values[i]!;
      if (/^__expected\d*$/.test(column)) {
        if (value !== "") assert.push(cellAssertion(value));
      } else if (column.startsWith("__"))
        dropped.push(`${basename(path)} line ${n + 2}: ${column} not taken over`);
      else vars[column] = value;
    }
    return {vars, assert};
  });
}

function cellAssertion(cell: string): JsonObject {
  const [, type, threshold, value] =
    /^(not-[a-z-]+|[a-z]+(?:-[a-z]+)*)(?:\(([\d.]+)\))?:\s*([^]*)$/.exec(cell) ?? [];
  if (type === undefined) return {type: "equals", value: cell};
  const many = /-(all|any)$/.test(type);
  return {
    type,
    value: many ? value!.split(",").map((part) => part.trim()) : value,
    threshold: threshold === undefined ? undefined : Number(threshold)
  };
}

function assertionOf(stated: unknown, where: string, {dropped}: Pick<Reading, "dropped">): JsonObject[] {
  if (!isObject(stated) || typeof stated.type !== "string") {
    dropped.push(`${where}: has no type`);
    return [];
  }
  const {type, value} = stated;
  if (type === "assert-set")
    return listOf(stated.assert).flatMap((one, i) => assertionOf(one, `${where}.assert[${i}]`, {dropped}));
  if (!assertionTypes.includes(type.replace(/^not-/, ""))) {
    const how = /rubric|graded|factuality|closedqa|g-eval|select-best|context-|answer-/.test(type)
      ? "is judged by a model: add judgeRating or judgePairwise"
      : /^(javascript|python|webhook)$/.test(type)
        ? "is code: write it as a scorer, a function of {output, expected, row}"
        : type === "latency" || type === "cost"
          ? "is a gate: maxP95LatencyMs or maxCostUsdPerThousand"
          : type === "similar"
            ? "is embeddingSimilarity"
            : "has no counterpart";
    dropped.push(`${where}: ${type} ${how}`);
    return [];
  }
  if (typeof value === "string" && value.startsWith("file://")) {
    dropped.push(`${where}: ${type} with ${value} is not taken over`);
    return [];
  }
  if (type === "is-json" && value !== undefined)
    dropped.push(`${where}: the schema of is-json; add jsonSchema(…)`);
  const {threshold, weight, metric} = stated;
  return [{type, value: type === "is-json" ? undefined : value, threshold, weight, metric}];
}

/** A variable with several values stands for a test with each. */
function combinations(vars: JsonObject): JsonObject[] {
  return Object.entries(vars).reduce<JsonObject[]>(
    (rows, [key, value]) => {
      const values = Array.isArray(value) ? (value as unknown[]) : [value];
      if (rows.length * values.length > 100_000)
        throw new UserError(
          `the variables of one test combine to more than 100000 tests (${key}). Write them out as rows.`
        );
      return rows.flatMap((row) =>
        values.map((one) => ({...row, [key]: isObject(one) ? JSON.stringify(one) : one}))
      );
    },
    [{}]
  );
}

/** `{{variable}}` in an assertion's value. */
function filled(asserts: readonly JsonObject[], vars: JsonObject): JsonObject[] {
  const fill = (value: unknown): unknown =>
    typeof value === "string"
      ? value.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (place, key: string) => textOf(vars[key]) ?? place)
      : Array.isArray(value)
        ? value.map(fill)
        : value;
  return asserts.map((one) => ({...one, value: fill(one.value)}));
}

/** The longest text column, by its mean. */
export function textColumn(rows: readonly ForeignRow[]): string | undefined {
  const totals = new Map<string, number>();
  for (const row of rows)
    for (const [key, value] of Object.entries(row))
      if (typeof value === "string" && !RESERVED.includes(key))
        totals.set(key, (totals.get(key) ?? 0) + value.length);
  return [...totals].sort((a, b) => b[1] - a[1])[0]?.[0];
}
