import {METHODS} from "../methods/index.js";
import {checkMethod} from "./checkMethod.js";
import {layered, type RecipeModule, moduleLines, readModules} from "./modules.js";
import {readParameters} from "./parameters.js";
import type {Problem} from "./problems.js";
import {isMapping, makeReader, type RecipeReader} from "./reader.js";
import {readModels, readSlices} from "./slices.js";
import {meant} from "./told.js";
import {readTokenizerSetting} from "./tokenizer.js";
import type {
  ModelReference,
  RecipeParameters,
  Recipe,
  RecipeDtype,
  RecipePart,
  TokenizerSettings
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
const DTYPES = new Map<string, RecipeDtype>([
  ["float32", "F32"],
  ["float16", "F16"],
  ["bfloat16", "BF16"]
]);

/** Turns one YAML document into a recipe, adding what is wrong to `problems`. */
export function readRecipe(
  value: unknown,
  lines: Record<string, number>,
  text: string,
  problems: Problem[]
): Recipe | undefined {
  const reader = makeReader(lines, problems, {root: value});
  if (!isMapping(value)) {
    reader.problem("", "a recipe is a mapping with merge_method and models.");
    return undefined;
  }
  reader.keys(value, "", TOP_KEYS);
  const before = problems.length;
  const method = readMethod(value.merge_method, reader);
  const base = value.base_model == null ? undefined : reader.reference(value.base_model, "base_model");
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
  const parameters = readParameters(value.parameters, "parameters", method, "any", reader);
  const whole = {reader, base, method, parameters};
  const parts =
    forms.length === 1 && forms[0] === "modules"
      ? readModules(value.modules, reader).map((module) => {
          const own = moduleLines(lines, module);
          const options = {notes: reader, root: module.value, prefix: module.path};
          return readPart(module.value, own, {...whole, reader: makeReader(own, problems, options)}, module);
        })
      : [readPart(value, lines, whole)];
  const dtype = readDtype(value.dtype, "dtype", reader);
  const outDtype = readDtype(value.out_dtype, "out_dtype", reader);
  const recipe: Recipe = {
    name: value.name == null ? undefined : readName(value.name, reader),
    method: method ?? "linear",
    ...(parts.length === 1
      ? parts[0]!
      : {form: "models", slices: parts.flatMap(({slices}) => slices), parameters, lines, parts}),
    base,
    dtype,
    outDtype,
    ...readTokenizers(value, reader),
    ...readTemplate(value.chat_template, reader),
    warnings: reader.warnings,
    refusedWhenExact: reader.refusedWhenExact,
    text
  };
  if (method && problems.length === before)
    for (const part of parts)
      checkMethod({...recipe, ...part}, makeReader(part.lines, problems, {notes: reader}));
  return recipe;
}

/** The models or slices of a recipe, or of one of its modules. */
function readPart(
  content: Record<string, unknown>,
  lines: Record<string, number>,
  {reader, base, method, parameters}: PartContext,
  module?: RecipeModule
): RecipePart {
  const form = content.slices === undefined || content.slices === null ? "models" : "slices";
  const near = module && readParameters(content.parameters, "parameters", method, "any", reader);
  return {
    module: module?.name,
    form,
    slices:
      form === "slices"
        ? readSlices(content.slices, method, reader)
        : readModels(content.models, base, method, reader),
    parameters: near ? layered(near, parameters) : parameters,
    lines
  };
}

interface PartContext {
  reader: RecipeReader;
  base: ModelReference | undefined;
  method: string | undefined;
  parameters: RecipeParameters;
}

function readName(value: unknown, reader: RecipeReader): string {
  if (typeof value !== "string" || !/^[\w-][\w.-]*$/.test(value))
    reader.problem(
      "name",
      "a document's name is made of letters, digits, dot, dash and underscore, and does not begin with a dot."
    );
  return String(value);
}

function readMethod(value: unknown, reader: RecipeReader): string | undefined {
  const names = Object.keys(METHODS);
  if (typeof value === "string" && names.includes(value)) return value;
  reader.problem(
    "merge_method",
    value === undefined
      ? `it has no merge_method. Choose one of ${names.join(", ")}.`
      : `unknown merge_method ${JSON.stringify(value)}.${meant(value, names)} Choose one of ${names.join(", ")}.`
  );
  return undefined;
}

function readDtype(value: unknown, path: string, reader: RecipeReader): RecipeDtype | undefined {
  if (value === undefined || value === null) return undefined;
  const dtype = typeof value === "string" ? DTYPES.get(value.replace(/^torch\./, "")) : undefined;
  if (!dtype)
    reader.problem(
      path,
      value === "int64"
        ? `${path} int64 would round every weight to a whole number. Use float32, float16 or bfloat16.`
        : `unknown ${path} ${JSON.stringify(value)}.${meant(value, [...DTYPES.keys()])} Use float32, float16 or bfloat16.`
    );
  return dtype;
}

function readTokenizers(
  value: Record<string, unknown>,
  reader: RecipeReader
): {tokenizer?: TokenizerSettings} {
  if (value.tokenizer_source != null && value.tokenizer != null)
    reader.problem("tokenizer", "tokenizer cannot be combined with tokenizer_source. Keep tokenizer.");
  const given =
    value.tokenizer ?? (value.tokenizer_source == null ? undefined : {source: value.tokenizer_source});
  if (given === undefined) return {};
  const path = value.tokenizer == null ? "tokenizer_source" : "tokenizer";
  const tokenizer = readTokenizerSetting(given, path, reader);
  return tokenizer ? {tokenizer} : {};
}

function readTemplate(value: unknown, reader: RecipeReader): {chatTemplate?: string} {
  if (value === undefined || value === null) return {};
  const names = ["auto", "alpaca", "chatml", "exaone", "llama3", "mistral"];
  if (typeof value !== "string" || (!names.includes(value) && (value.length < 20 || !value.includes("{")))) {
    reader.problem(
      "chat_template",
      `chat_template is one of ${names.join(", ")}, or a Jinja template of at least 20 characters.${meant(value, names)}`
    );
    return {};
  }
  return {chatTemplate: value};
}
