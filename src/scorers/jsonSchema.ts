import {Ajv, type ErrorObject} from "ajv";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {withSettings} from "./scorerVersion.js";
import {type Json, type Scorer} from "./types.js";

export interface JsonSchemaOptions {
  /** Accept JSON within other text or a Markdown fence. Default false: the output must be JSON, fenced or not. */
  search?: boolean;
}

/**
 * 1 when the output is JSON that the schema accepts, else 0; the reasons are in the details, without the output's
 * own text. Throws at once when the schema itself is invalid. Formats ("date", "email") are not checked.
 */
export function jsonSchema(schema: {[key: string]: Json}, {search = false}: JsonSchemaOptions = {}): Scorer {
  const validate = new Ajv({allErrors: true, strict: false, validateFormats: false}).compile(schema);
  const score: Scorer = ({output}) => {
    const parsed = parseJsonOutput(output, search);
    if (!parsed) return {value: 0, details: {problems: ["the output is not JSON"]}};
    const valid = validate(parsed.value);
    return {value: valid ? 1 : 0, details: {problems: (validate.errors ?? []).slice(0, 10).map(describe)}};
  };
  return withSettings(score, {schema, search}, {module: import.meta.url});
}

function describe({instancePath, message, params}: ErrorObject): string {
  const extra = "additionalProperty" in params ? ` (${String(params.additionalProperty)})` : "";
  return `${instancePath || "the value"} ${message ?? "is invalid"}${extra}`;
}
