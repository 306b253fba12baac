import {METHODS, type ParameterSpec} from "../methods/index.js";
import {isMapping, type RecipeReader} from "./reader.js";
import {meant} from "./told.js";
import type {FilteredSetting, RecipeParameters, SettingScalar, Setting} from "./types.js";

/** Parameters of any method: recipes carry them over from one method to another. */
const OTHERS = new Set(
  Object.values(METHODS).flatMap(({perModel, global}) => [...Object.keys(perModel), ...Object.keys(global)])
);

/** Checks a `parameters:` mapping. Names no method knows and values outside their range are problems. */
export function readParameters(
  value: unknown,
  path: string,
  methodName: string | undefined,
  level: "any" | "model",
  reader: RecipeReader
): RecipeParameters {
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) {
    reader.problem(path, "parameters is a mapping from names to values.");
    return {};
  }
  const method = methodName === undefined ? undefined : METHODS[methodName];
  const parameters: RecipeParameters = {};
  for (const [name, raw] of Object.entries(value)) {
    const at = `${path}.${name}`;
    const spec = method && (own(method.perModel, name) ?? own(method.global, name));
    if (method && !spec && OTHERS.has(name)) {
      reader.warning(at, `${methodName} has no use for ${name}: it changes nothing.`);
      continue;
    }
    if (method && !spec) {
      const known = [...Object.keys(method.perModel), ...Object.keys(method.global)];
      reader.problem(
        at,
        `${methodName} has no parameter ${JSON.stringify(name)}.${meant(name, known)} It has ${known.join(", ") || "none"}.`
      );
      continue;
    }
    if (method && level === "model" && !own(method.perModel, name)) {
      reader.problem(at, `${name} holds for the whole merge. Move it to the top-level parameters.`);
      continue;
    }
    const setting = readSetting(raw, at, reader);
    if (setting === undefined) continue;
    if (spec) for (const scalar of scalarsOf(setting)) checkScalar(name, scalar, spec, at, reader);
    parameters[name] = setting;
  }
  return parameters;
}

/** Names such as "constructor" are no parameters, though every object answers to them. */
function own(specs: Readonly<Record<string, ParameterSpec>>, name: string): ParameterSpec | undefined {
  return Object.hasOwn(specs, name) ? specs[name] : undefined;
}

function isScalar(value: unknown): value is SettingScalar {
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function isGradient(value: unknown): value is SettingScalar | SettingScalar[] {
  return isScalar(value) || (Array.isArray(value) && value.length > 0 && value.every(isScalar));
}

function readSetting(value: unknown, path: string, reader: RecipeReader): Setting | undefined {
  if (isGradient(value)) return value;
  if (isMapping(value) && "value" in value) {
    reader.onlyHere(
      path,
      "the reference takes {filter, value} in a list only. Write it as a list of one entry."
    );
    return readSetting([value], path, reader);
  }
  if (Array.isArray(value) && value.length > 0 && value.every(isMapping)) {
    const before = value.every((entry, i) => {
      reader.keys(entry, `${path}.${i}`, ["filter", "value"]);
      const good = isGradient(entry.value) && (entry.filter == null || typeof entry.filter === "string");
      if (!good)
        reader.problem(
          `${path}.${i}`,
          "an entry is {filter: TEXT, value: NUMBER or [NUMBERS]}; filter may be left out."
        );
      return good;
    });
    if (!before) return undefined;
    const entries = (value as unknown as FilteredSetting[]).map(({filter, value: v}) => ({
      filter: filter == null ? undefined : filter,
      value: v
    }));
    tellShadowed(entries, path, reader);
    return entries;
  }
  reader.problem(
    path,
    "a value is a number, true or false, a list of numbers over the layers, or a list of {filter, value}."
  );
  return undefined;
}

/** The first entry that matches holds, so one behind another that takes all it could is never reached. */
function tellShadowed(entries: readonly FilteredSetting[], path: string, reader: RecipeReader): void {
  const isAll = (filter: string | undefined) => filter === undefined || filter === "*";
  entries.forEach(({filter}, i) => {
    const before = entries.findIndex(
      ({filter: other}, k) => k < i && (isAll(other) || (!isAll(filter) && filter!.includes(other!)))
    );
    if (before >= 0)
      reader.warning(
        `${path}.${i}`,
        `entry ${i} of ${path} is never reached: entry ${before} takes every tensor that it matches.`
      );
  });
}

function scalarsOf(setting: Setting): SettingScalar[] {
  if (!Array.isArray(setting)) return [setting];
  return setting.flatMap((entry) => (typeof entry === "object" ? scalarsOf(entry.value) : [entry]));
}

function checkScalar(
  name: string,
  value: SettingScalar,
  spec: ParameterSpec,
  path: string,
  reader: RecipeReader
): void {
  const n = Number(value);
  if (spec.kind === "flag") {
    if (n !== 0 && n !== 1) reader.problem(path, `${name} is true or false, not ${value}.`);
  } else if (typeof value === "boolean") reader.problem(path, `${name} is a number, not ${value}.`);
  else if ((spec.min !== undefined && n < spec.min) || (spec.max !== undefined && n > spec.max))
    reader.problem(path, `${name} ${value} is outside ${spec.min ?? "-∞"} to ${spec.max ?? "∞"}.`);
  else if (spec.above !== undefined && n <= spec.above)
    reader.problem(path, `${name} ${value} must be above ${spec.above}.`);
  else if (spec.kind === "count" && !Number.isInteger(n))
    reader.problem(path, `${name} is a whole number, not ${value}.`);
}
