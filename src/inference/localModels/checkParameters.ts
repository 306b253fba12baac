import {EndpointError, type ModelParameters, type ToolDefinition} from "../endpoints/index.js";
import {
  anyObject,
  anyText,
  either,
  exactly,
  passing,
  flag,
  holding,
  listed,
  listOf,
  number,
  oneOf,
  problemsOf,
  type SchemaShape,
  optionalCount
} from "../../base/validation/checked.js";
import {isObject} from "../../base/validation/isObject.js";

const probability = () => number({least: 0, most: 1}).optional();
const isNamed = (value: unknown): value is {function: {name: string; parameters?: unknown}} =>
  isObject(value) && isObject(value.function) && typeof value.function.name === "string";

const noPenalty = passing((value) => value === 0, "0: local models have no penalties").optional();

const FORMATS = ["text", "json_object", "json_schema"];
const format = holding<{type?: unknown}>(anyObject("a format such as {type}"), ({type}) =>
  typeof type === "string" && FORMATS.includes(type)
    ? []
    : [{path: ["type"], message: `must be one of ${FORMATS.join(", ")}`}]
);

interface CheckedParameters {
  temperature?: unknown;
  top_p?: unknown;
  top_k?: unknown;
  min_p?: unknown;
  max_tokens?: unknown;
  max_completion_tokens?: unknown;
  seed?: unknown;
  stop?: unknown;
  logprobs?: unknown;
  top_logprobs?: unknown;
  response_format?: unknown;
  tool_choice?: unknown;
  parallel_tool_calls?: unknown;
  stream?: unknown;
  stream_options?: unknown;
  user?: unknown;
  service_tier?: unknown;
  safety_identifier?: unknown;
  prompt_cache_key?: unknown;
  frequency_penalty?: unknown;
  presence_penalty?: unknown;
  logit_bias?: unknown;
  n?: unknown;
  tools?: unknown;
}

const shape: SchemaShape<CheckedParameters> = {
  temperature: number({least: 0}).optional(),
  top_p: probability(),
  top_k: number({least: 0, whole: true}).optional(),
  min_p: probability(),
  max_tokens: optionalCount(),
  max_completion_tokens: optionalCount(),
  seed: number({whole: true}).optional(),
  stop: either("a text, or a list of texts", anyText(), listOf(anyText())).optional(),
  logprobs: flag().optional(),
  top_logprobs: number({least: 0, most: 1000, whole: true}).optional(),
  response_format: format.optional(),
  tool_choice: either(
    'one of "none", "auto", "required", or {type: "function", function: {name}}',
    oneOf(["none", "auto", "required"]),
    passing(isNamed, "a function's name")
  ).optional(),
  parallel_tool_calls: flag().optional(),
  stream: flag().optional(),
  stream_options: anyObject().optional(),
  user: anyText().optional(),
  service_tier: anyText().optional(),
  safety_identifier: anyText().optional(),
  prompt_cache_key: anyText().optional(),
  // Many clients send what changes nothing.
  frequency_penalty: noPenalty,
  presence_penalty: noPenalty,
  logit_bias: passing(
    (value) => isObject(value) && Object.keys(value).length === 0,
    "empty: local models have none"
  ).optional(),
  n: passing((value) => value === 1, "1").optional(),
  tools: listOf(
    passing(
      (tool) =>
        isNamed(tool) && (tool.function.parameters === undefined || isObject(tool.function.parameters)),
      'a tool such as {type: "function", function: {name, parameters}}'
    )
  ).optional()
};

const schema = exactly<CheckedParameters>("parameters by name", shape);
const NAMES = Object.keys(shape).slice(0, 12).join(", ");

/**
 * Throws EndpointError "bad-request" with everything that a model on this machine cannot do with a request. A parameter that is not
 * known here is refused: it would change answers elsewhere.
 */
export function checkParameters(params: ModelParameters, tools: readonly ToolDefinition[]): void {
  const given = Object.entries({...params, tools}).filter(([, value]) => value != null);
  const unknown = given.filter(([name]) => !Object.hasOwn(shape, name)).map(([name]) => name);
  if (unknown.length > 0)
    throw new EndpointError("bad-request", `A local model knows no ${listed(unknown)}. Known: ${NAMES}.`);
  const problems = problemsOf(schema, Object.fromEntries(given));
  if (problems.length > 0) throw new EndpointError("bad-request", `${listed(problems)}.`);
}
