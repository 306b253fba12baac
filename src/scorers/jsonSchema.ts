import type * as AjvLibrary from "ajv";
import {onFirstUse} from "../store/index.js";
import {boundedMatches, failWhenSlow} from "./boundedMatch.js";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";

const ajv = onFirstUse<typeof AjvLibrary>("ajv");

export interface JsonSchemaOptions {
  /** Accept JSON within other text or a Markdown fence. Default false: the output must be JSON, fenced or not. */
  search?: boolean;
}

/**
 * 1 when the output is JSON that the schema accepts, else 0; the reasons are in the details, without the output's
 * own text. Throws at once when the schema itself is invalid. Formats ("date", "email") are not
 * checked. A pattern that looks at one text for longer than a second makes the row a failure.
 */
export function jsonSchema(schema: {[key: string]: Json}, options: JsonSchemaOptions = {}): Scorer {
  checkOptions<JsonSchemaOptions>("jsonSchema", options, {search: flag});
  const {search = false} = options;
  const compiler = new (ajv().Ajv)({
    allErrors: true,
    strict: false,
    validateFormats: false,
    code: {regExp: boundedPattern}
  });
  const validate = compiler.compile(schema);
  const score: Scorer = ({output}) => {
    const parsed = parseJsonOutput(output, search);
    if (!parsed) return {value: 0, details: {problems: ["the output is not JSON"]}};
    const valid = validate(parsed.value);
    return {value: valid ? 1 : 0, details: {problems: (validate.errors ?? []).slice(0, 10).map(describe)}};
  };
  return withSettings(failWhenSlow(score), {schema, search}, {module: import.meta.url});
}

/** Patterns of a schema look at what a model wrote, so that they are given up after a second like any other. */
const boundedPattern = Object.assign(
  (source: string, flags: string) => {
    const pattern = new RegExp(source, flags);
    return {
      test: (text: string) => boundedMatches(pattern, text).length > 0,
      toString: () => String(pattern)
    };
  },
  // Code of its own is asked for where validators are written to files, which ours are not.
  {code: ""}
);

function describe({instancePath, message, params}: AjvLibrary.ErrorObject): string {
  const extra = "additionalProperty" in params ? ` (${String(params.additionalProperty)})` : "";
  return `${instancePath || "the value"} ${message ?? "is invalid"}${extra}`;
}
