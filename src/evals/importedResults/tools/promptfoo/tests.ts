import {emptyRecord} from "../../../../base/validation/memberOf.js";
import {basename, extname, resolve} from "node:path";
import {at, isObject, type JsonObject, textOf} from "../../../../data/datasets/index.js";
import {assertionTypes, splitAtCommas} from "../../../scorers/assertions.js";
import {UserError} from "../../../../base/validation/index.js";
import {hashJson} from "../../../../base/system/index.js";
import {parseTable} from "../../table.js";
import {fileText, asList, parseYaml, type PromptfooContext} from "./files.js";
import type {ForeignRow} from "../../projects/types.js";

/** A configuration's tests as rows, with what `defaultTest` says under each. */
export async function testRows(config: JsonObject, reading: PromptfooContext): Promise<ForeignRow[]> {
  const base = await objectIn(config.defaultTest, "defaultTest", reading);
  noteOthers(base, "defaultTest", reading);
  const baseVars = await varsOf(base.vars, "defaultTest", reading);
  const rows: ForeignRow[] = [];
  for (const {test, where} of await testsOf(config.tests, reading)) {
    const vars = {...baseVars, ...(await varsOf(test.vars, where, reading))};
    const asserts = [
      ...asList(base.assert).map((one, i) => ({one, at: `defaultTest.assert[${i}]`})),
      ...asList(test.assert).map((one, i) => ({one, at: `${where}.assert[${i}]`}))
    ].flatMap(({one, at}) => assertionOf(one, at, reading));
    noteOthers(test, where, reading);
    for (const key of Object.keys(vars).filter((key) => RESERVED.includes(key)))
      reading.dropped.push(`${where}.vars.${key}: the name is taken; rename the variable`);
    for (const values of combinations(vars)) {
      const own = Object.fromEntries(Object.entries(values).filter(([key]) => !RESERVED.includes(key)));
      rows.push({
        id:
          textOf(at(test.metadata, "id")) ??
          `${where.replace(/[[\]]+/g, "-").replace(/-$/, "")}-${hashJson(values).slice(0, 8)}`,
        part: "test",
        ...own,
        assert: JSON.stringify(filled(asserts, values))
      });
    }
  }
  return rows;
}

function noteOthers(test: JsonObject, where: string, {dropped}: PromptfooContext): void {
  for (const key of Object.keys(test))
    if (!["vars", "assert", "description", "metadata"].includes(key))
      dropped.push(`${where}.${key}: has no counterpart`);
}

/** An object of the configuration, or the one in the file it names. */
async function objectIn(stated: unknown, where: string, reading: PromptfooContext): Promise<JsonObject> {
  if (isObject(stated)) return stated;
  if (typeof stated !== "string") return {};
  const named = stated.replace(/^file:\/\//, "");
  const text = await fileText(`file://${named}`, where, reading);
  const value = text === undefined ? {} : parseYaml(resolve(reading.folder, named), text);
  if (isObject(value)) return value;
  reading.dropped.push(`${where}: ${stated} holds no names and values`);
  return {};
}

/** Values that name a file are what it holds, as promptfoo reads it; those that cannot be read are left out. */
async function varsOf(stated: unknown, where: string, reading: PromptfooContext): Promise<JsonObject> {
  const vars = await objectIn(stated, `${where}.vars`, reading);
  const found: [string, unknown][] = [];
  for (const [key, value] of Object.entries(vars)) {
    const of = (one: unknown) => valueOf(one, `${where}.vars.${key}`, reading);
    const own = Array.isArray(value)
      ? (await Promise.all((value as unknown[]).map(of))).filter((one) => one !== undefined)
      : await of(value);
    if (own !== undefined) found.push([key, own]);
  }
  return Object.fromEntries(found);
}

async function valueOf(value: unknown, where: string, reading: PromptfooContext): Promise<unknown> {
  if (typeof value !== "string" || !value.startsWith("file://")) return value;
  const text = await fileText(value, where, reading);
  if (text === undefined) return undefined;
  return /\.ya?ml$/i.test(value) ? JSON.stringify(parseYaml(value, text)) : text.trim();
}

export const RESERVED = ["id", "part", "assert", "row_id", "row_hash"];

async function testsOf(
  stated: unknown,
  reading: PromptfooContext
): Promise<{test: JsonObject; where: string}[]> {
  const found: {test: JsonObject; where: string}[] = [];
  for (const [i, one] of asList(stated).entries()) {
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
  return asList(parseYaml(path, text)).filter(isObject);
}

/** Columns are variables; `__expected` holds an assertion as promptfoo writes it in one cell. */
function tableTests(path: string, text: string, {dropped}: PromptfooContext): JsonObject[] {
  const {columns, rows} = parseTable(path, text);
  return rows.map((values, n) => {
    const vars: JsonObject = emptyRecord();
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

const JSON_TYPE = /^(not-)?(is|contains)-json$/;

function cellAssertion(cell: string): JsonObject {
  const [, type, threshold, value] =
    /^(not-[a-z-]+|[a-z]+(?:-[a-z]+)*)(?:\(([\d.]+)\))?:\s*([^]*)$/.exec(cell) ?? [];
  if (JSON_TYPE.test(cell)) return {type: cell};
  if (type === undefined) return {type: "equals", value: cell};
  const many = /-(all|any)$/.test(type);
  return {
    type,
    value: many ? listedIn(value!) : value,
    threshold: threshold === undefined ? undefined : Number(threshold)
  };
}

/** What cannot be split stays a text, which the scorer then refuses with the reason. */
function listedIn(value: string): string[] | string {
  try {
    return splitAtCommas(value);
  } catch {
    return value;
  }
}

function assertionOf(
  stated: unknown,
  where: string,
  {dropped}: Pick<PromptfooContext, "dropped">
): JsonObject[] {
  if (!isObject(stated) || typeof stated.type !== "string") {
    dropped.push(`${where}: has no type`);
    return [];
  }
  const {type, value} = stated;
  if (type === "assert-set") {
    if (stated.threshold !== undefined)
      dropped.push(`${where}: the threshold of assert-set is not taken over; all its assertions must hold`);
    return asList(stated.assert).flatMap((one, i) => assertionOf(one, `${where}.assert[${i}]`, {dropped}));
  }
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
  if (
    JSON_TYPE.test(type) &&
    /"format"|\bformat:/.test(typeof value === "string" ? value : JSON.stringify(value ?? ""))
  )
    dropped.push(`${where}: formats in the schema of ${type} are not checked; state them as patterns`);
  const {threshold, weight, metric} = stated;
  return [{type, value, threshold, weight, metric}];
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
