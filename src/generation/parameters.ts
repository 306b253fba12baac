import {EndpointError, type ModelParameters, type Tool} from "../endpoints/index.js";
import {UserError} from "../store/index.js";
import {jsonObjectGrammar, jsonSchemaGrammar} from "./grammar/jsonGrammar.js";
import type {GenerationRequest} from "./request.js";
import {type ToolChoice, toolGrammar, toolStyle} from "./toolCalls.js";

const KNOWN = new Set([
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "max_tokens",
  "max_completion_tokens",
  "seed",
  "stop",
  "logprobs",
  "top_logprobs",
  "response_format",
  "tool_choice",
  "parallel_tool_calls",
  "stream",
  "stream_options",
  "user",
  "n"
]);

/** What the engine is asked, from OpenAI's parameters. A parameter that is not known here is refused: it would change answers elsewhere. */
export function requestOf(
  params: ModelParameters,
  tools: readonly Tool[],
  template: string,
  repeat: number
): Omit<GenerationRequest, "prompt"> {
  const unknown = Object.keys(params).filter((name) => !KNOWN.has(name) && params[name] != null);
  if (unknown.length > 0 || (params.n !== undefined && params.n !== 1))
    throw new EndpointError(
      "bad-request",
      `A local model knows no ${unknown.join(", ") || "n other than 1"}. Known: ${[...KNOWN].slice(0, 12).join(", ")}.`
    );
  const number = (name: string) => {
    const value = params[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new EndpointError("bad-request", `${name} is ${JSON.stringify(value)}, not a number.`);
  };
  const style = toolStyle(template);
  const stop = params.stop ?? [];
  return {
    temperature: number("temperature"),
    topP: number("top_p"),
    topK: number("top_k"),
    minP: number("min_p"),
    maxTokens: number("max_completion_tokens") ?? number("max_tokens"),
    // Repeats of one row are other draws of one seed.
    seed: `${number("seed") ?? 0}/${repeat}`,
    stop: (typeof stop === "string" ? [stop] : stop).filter((text) => text !== ""),
    logprobs: params.logprobs === true,
    topLogprobs: number("top_logprobs") ?? 0,
    showSpecial: tools.length > 0 && style.special,
    ...grammarOf(params, tools, template)
  };
}

function grammarOf(
  params: ModelParameters,
  tools: readonly Tool[],
  template: string
): Pick<GenerationRequest, "grammar" | "grammarAfter"> {
  try {
    if (tools.length > 0) {
      const choice = (params.tool_choice as ToolChoice | null | undefined) ?? "auto";
      if (typeof choice === "object" && !tools.some((tool) => tool.function.name === choice.function.name))
        throw new UserError(`tool_choice names ${JSON.stringify(choice.function.name)}, which is no tool.`);
      const found = toolGrammar(toolStyle(template), tools, choice);
      if (found) return {grammar: found.grammar, grammarAfter: found.after};
    }
    const format = params.response_format as {type?: string; json_schema?: {schema?: unknown}} | undefined;
    if (format?.type === "json_object") return {grammar: jsonObjectGrammar()};
    if (format?.type !== "json_schema") return {};
    const schema = format.json_schema?.schema;
    if (typeof schema !== "object" || schema === null)
      throw new UserError("response_format holds no json_schema.schema.");
    return {grammar: jsonSchemaGrammar(schema as Record<string, unknown>)};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new EndpointError("bad-request", error.message, {cause: error});
  }
}
