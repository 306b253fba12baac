import {failWhenSlow} from "./boundedMatch.js";
import {parseJsonOutput} from "./parseJsonOutput.js";
import {schemaValidator} from "./schemaValidator.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";

export interface JsonSchemaOptions {
  /** Accept JSON within other text or a Markdown fence. Default false: the output must be JSON, fenced or not. */
  search?: boolean;
}

/**
 * 1 when the output is JSON that the schema accepts, else 0; the reasons are in the details, without the output's
 * own text. The schema is read by the draft that its `$schema` names: draft-06, draft-07, 2019-09 or 2020-12. Where it names
 * none, it is read by 2020-12, or by 2019-09, which has all forms of draft-07, where `items` is a list. Throws at once when the
 * schema itself is invalid, or of another draft. Formats ("date", "email") are not
 * checked. A pattern that looks at one text for longer than a second makes the row a failure.
 *
 * @example `await jsonSchema({type: "object", required: ["city"]})({output: '{"town": "Paris"}', expected: null})` gives `{value: 0, details: {problems: ["the value must have required property 'city'"]}}`
 */
export function jsonSchema(schema: {[key: string]: Json}, options: JsonSchemaOptions = {}): Scorer {
  checkOptions<JsonSchemaOptions>("jsonSchema", options, {search: flag});
  const {search = false} = options;
  const problemsOf = schemaValidator(schema);
  const score: Scorer = ({output}) => {
    const parsed = parseJsonOutput(output, search);
    const problems = parsed ? problemsOf(parsed.value) : ["the output is not JSON"];
    return {value: problems.length === 0 ? 1 : 0, details: {problems}};
  };
  return withSettings(failWhenSlow(score), {schema, search}, {module: import.meta.url});
}
