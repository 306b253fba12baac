import {METHODS} from "../methods/index.js";
import {type Problem} from "./problems.js";
import {parseReference, referenceText} from "./reference.js";
import {readParameters} from "./parameters.js";
import {readTokenizer} from "./tokenizer.js";
import {
  type ModelReference,
  type OutputSlice,
  type Recipe,
  type RecipeDtype,
  type Source,
  type TokenizerSettings
} from "./types.js";

const TOP_KEYS = [
  "name",
  "merge_method",
  "models",
  "slices",
  "modules",
  "base_model",
  "dtype",
  "out_dtype",
  "tokenizer_source",
  "tokenizer",
  "chat_template",
  "parameters"
];
const DTYPES: Record<string, RecipeDtype> = {float32: "F32", float16: "F16", bfloat16: "BF16"};

export interface Reader {
  problem(path: string, message: string): void;
  keys(value: Record<string, unknown>, path: string, known: readonly string[]): void;
  reference(value: unknown, path: string): ModelReference | undefined;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Turns one YAML document into a recipe, adding what is wrong to `problems`. */
export function readRecipe(
  value: unknown,
  lines: Record<string, number>,
  text: string,
  problems: Problem[]
): Recipe | undefined {
  const reader = makeReader(lines, problems);
  if (!isMapping(value)) {
    reader.problem("", "a recipe is a mapping with merge_method and models.");
    return undefined;
  }
  reader.keys(value, "", TOP_KEYS);
  const before = problems.length;
  const method = readMethod(value.merge_method, reader);
  const base = value.base_model === undefined ? undefined : reader.reference(value.base_model, "base_model");
  const forms = ["models", "slices", "modules"].filter(
    (key) => value[key] !== undefined && value[key] !== null
  );
  if (forms.length !== 1)
    reader.problem(
      forms[1] ?? "",
      forms.length === 0
        ? 'it has none of "models", "slices" or "modules". List the models to merge under "models".'
        : `it has ${forms.map((form) => `"${form}"`).join(" and ")}; exactly one of models, slices and modules may be given.`
    );
  else if (forms[0] === "modules")
    reader.problem("modules", 'recipes of several modules are not supported. Use "models" or "slices".');
  const form = forms[0] === "slices" ? "slices" : "models";
  const slices =
    form === "slices"
      ? readSlices(value.slices, method, reader)
      : readModels(value.models, base, method, reader);
  const dtype = readDtype(value.dtype, "dtype", reader);
  const outDtype = readDtype(value.out_dtype, "out_dtype", reader);
  const recipe: Recipe = {
    ...(value.name === undefined ? {} : {name: readName(value.name, reader)}),
    method: method ?? "linear",
    form,
    slices,
    ...(base && {base}),
    parameters: readParameters(value.parameters, "parameters", method, "any", reader),
    ...(dtype && {dtype}),
    ...(outDtype && {outDtype}),
    ...readTokenizers(value, reader),
    ...readTemplate(value.chat_template, reader),
    text,
    lines
  };
  if (method && problems.length === before) checkMethod(recipe, reader);
  return recipe;
}

function makeReader(lines: Record<string, number>, problems: Problem[]): Reader {
  const problem = (path: string, message: string) => {
    let at = path;
    while (lines[at] === undefined && at !== "")
      at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "";
    problems.push({line: lines[at] ?? 1, message});
  };
  return {
    problem,
    keys(value, path, known) {
      for (const key of Object.keys(value))
        if (!known.includes(key))
          problem(
            path ? `${path}.${key}` : key,
            `unknown key ${JSON.stringify(key)}. Known here: ${known.join(", ")}.`
          );
    },
    reference(value, path) {
      const parsed = readReference(value);
      if (typeof parsed !== "string") return parsed;
      problem(path, parsed + ".");
      return undefined;
    }
  };
}

function readReference(value: unknown): ModelReference | string {
  if (typeof value === "string") return parseReference(value);
  const part = (of: unknown) =>
    isMapping(of) && typeof of.path === "string"
      ? {path: of.path, ...(of.revision == null ? {} : {revision: String(of.revision)})}
      : undefined;
  if (isMapping(value)) {
    const model = part(value.model);
    const adapter = value.lora == null ? undefined : part(value.lora);
    if (model && (value.lora == null || adapter)) return {...model, ...(adapter && {adapter})};
  }
  return "a model is a path such as ./models/base, or MODEL+ADAPTER";
}

function readName(value: unknown, reader: Reader): string {
  if (typeof value !== "string" || !/^[\w.-]+$/.test(value))
    reader.problem("name", "a document's name is made of letters, digits, dot, dash and underscore.");
  return String(value);
}

function readMethod(value: unknown, reader: Reader): string | undefined {
  const names = Object.keys(METHODS);
  if (typeof value === "string" && names.includes(value)) return value;
  reader.problem(
    "merge_method",
    value === undefined
      ? `it has no merge_method. Choose one of ${names.join(", ")}.`
      : `unknown merge_method ${JSON.stringify(value)}. Choose one of ${names.join(", ")}.`
  );
  return undefined;
}

function readDtype(value: unknown, path: string, reader: Reader): RecipeDtype | undefined {
  if (value === undefined || value === null) return undefined;
  const dtype = typeof value === "string" ? DTYPES[value.replace(/^torch\./, "")] : undefined;
  if (!dtype)
    reader.problem(
      path,
      value === "int64"
        ? `${path} int64 would round every weight to a whole number. Use float32, float16 or bfloat16.`
        : `unknown ${path} ${JSON.stringify(value)}. Use float32, float16 or bfloat16.`
    );
  return dtype;
}

function readModels(
  value: unknown,
  base: ModelReference | undefined,
  method: string | undefined,
  reader: Reader
): OutputSlice[] {
  if (value === undefined) return [];
  const sources = readSources(value, "models", ["model", "parameters"], method, reader);
  if (base && !sources.some(({model}) => referenceText(model) === referenceText(base)))
    sources.push({model: base, parameters: {}});
  return [{sources, parameters: {}}];
}

function readSlices(value: unknown, method: string | undefined, reader: Reader): OutputSlice[] {
  if (!Array.isArray(value) || value.length === 0) {
    reader.problem("slices", "slices is a list of {sources: [{model, layer_range}]}.");
    return [];
  }
  return value.map((slice: unknown, i) => {
    const path = `slices.${i}`;
    if (!isMapping(slice)) {
      reader.problem(path, "a slice is a mapping with sources.");
      return {sources: [], parameters: {}};
    }
    reader.keys(slice, path, ["sources", "base_model", "residual_weight", "parameters"]);
    const sources = readSources(
      slice.sources,
      `${path}.sources`,
      ["model", "layer_range", "parameters"],
      method,
      reader
    );
    const lengths = new Set(sources.flatMap(({layerRange: r}) => (r ? [r[1] - r[0]] : [])));
    if (lengths.size > 1)
      reader.problem(
        path,
        `the sources of one slice have different lengths (${[...lengths].join(", ")} layers). Give them equally long layer_ranges.`
      );
    const base =
      slice.base_model == null ? undefined : reader.reference(slice.base_model, `${path}.base_model`);
    return {
      sources,
      ...(base && {base}),
      parameters: readParameters(slice.parameters, `${path}.parameters`, method, "any", reader)
    };
  });
}

function readSources(
  value: unknown,
  path: string,
  keys: readonly string[],
  method: string | undefined,
  reader: Reader
): Source[] {
  if (!Array.isArray(value) || value.length === 0) {
    reader.problem(path, `${path} is a list of models, each as {model: PATH}.`);
    return [];
  }
  const sources: Source[] = [];
  value.forEach((entry: unknown, i) => {
    const at = `${path}.${i}`;
    if (!isMapping(entry)) return reader.problem(at, "a model is listed as {model: PATH, parameters: {…}}.");
    reader.keys(entry, at, keys);
    const model = reader.reference(entry.model, `${at}.model`);
    const parameters = readParameters(entry.parameters, `${at}.parameters`, method, "model", reader);
    const layerRange = keys.includes("layer_range") ? readRange(entry.layer_range, at, reader) : undefined;
    if (!model) return;
    const twin = keys.includes("layer_range")
      ? undefined
      : sources.find((source) => referenceText(source.model) === referenceText(model));
    // A model listed twice counts once, with its first parameters.
    if (twin) twin.parameters = {...parameters, ...twin.parameters};
    else sources.push({model, parameters, ...(layerRange && {layerRange})});
  });
  return sources;
}

function readRange(value: unknown, path: string, reader: Reader): [number, number] | undefined {
  if (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0) &&
    (value[1] as number) > (value[0] as number)
  )
    return value as [number, number];
  reader.problem(
    `${path}.layer_range`,
    "layer_range is [FIRST, LAST+1], two whole numbers of which the second is larger."
  );
  return undefined;
}

function readTokenizers(value: Record<string, unknown>, reader: Reader): {tokenizer?: TokenizerSettings} {
  if (value.tokenizer_source != null && value.tokenizer != null)
    reader.problem("tokenizer", "tokenizer and tokenizer_source exclude each other. Keep tokenizer.");
  const given =
    value.tokenizer ?? (value.tokenizer_source == null ? undefined : {source: value.tokenizer_source});
  if (given === undefined) return {};
  const path = value.tokenizer == null ? "tokenizer_source" : "tokenizer";
  const tokenizer = readTokenizer(given, path, reader);
  return tokenizer ? {tokenizer} : {};
}

function readTemplate(value: unknown, reader: Reader): {chatTemplate?: string} {
  if (value === undefined || value === null) return {};
  const names = ["auto", "alpaca", "chatml", "exaone", "llama3", "mistral"];
  if (typeof value !== "string" || (!names.includes(value) && (value.length < 20 || !value.includes("{")))) {
    reader.problem(
      "chat_template",
      `chat_template is one of ${names.join(", ")}, or a Jinja template of at least 20 characters.`
    );
    return {};
  }
  return {chatTemplate: value};
}

/** What can be said about method and models before any file is opened. */
function checkMethod(recipe: Recipe, reader: Reader): void {
  const method = METHODS[recipe.method]!;
  if (method.base === "required" && !recipe.base && !recipe.slices.every(({base}) => base))
    reader.problem("merge_method", `${recipe.method} needs a base_model. Add base_model: PATH.`);
  recipe.slices.forEach((slice, i) => {
    const path = recipe.form === "models" ? "models" : `slices.${i}`;
    const base = slice.base ?? recipe.base;
    const isBase = ({model}: Source) => base !== undefined && referenceText(model) === referenceText(base);
    if (method.base === "required" && base && !slice.sources.some(isBase))
      reader.problem(path, `the base_model is not among the slice's sources. Add it with its layer_range.`);
    const counted = method.base === "input" ? slice.sources : slice.sources.filter((s) => !isBase(s));
    const {min, max} = method.models;
    const among = method.base === "input" ? "" : " beside the base_model";
    if (counted.length < min || counted.length > max)
      reader.problem(
        path,
        `${recipe.method} takes ${min === max ? `exactly ${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`} model${max === 1 ? "" : "s"}${among}, but ${counted.length} ${counted.length === 1 ? "is" : "are"} listed.`
      );
    if (recipe.method === "linear" && recipe.form === "models" && base) {
      const unlisted = slice.sources.find(isBase);
      const weighted = [unlisted?.parameters, slice.parameters, recipe.parameters];
      if (unlisted && weighted.every((level) => level?.weight === undefined))
        reader.problem(
          "base_model",
          "linear would give the unlisted base_model no weight. List it under models with a weight, or drop base_model."
        );
    }
  });
}
