import {EndpointError, type ModelParameters, type ToolDefinition} from "../endpoints/index.js";
import {UserError} from "../../base/validation/index.js";
import {checkParameters} from "./checkParameters.js";
import {answerGrammar} from "./answerGrammar.js";
import {ANY_OBJECT} from "./grammar/jsonGrammar.js";
import type {Schema} from "./grammar/united.js";
import type {GenerationRequest} from "./request.js";
import {callRules, toolStyle} from "./toolCalls.js";

/** What the engine is asked, from OpenAI's parameters. Throws EndpointError "bad-request" for what it cannot do. */
export function generationRequest(
  params: ModelParameters,
  tools: readonly ToolDefinition[],
  template: string,
  repeat: number
): Omit<GenerationRequest, "prompt"> {
  checkParameters(params, tools);
  const number = (name: string) => (params[name] ?? undefined) as number | undefined;
  const style = toolStyle(template);
  const mayCall = tools.length > 0 && callRules(params).choice !== "none";
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
    showSpecial: mayCall && style.special,
    ...grammarOf(params, tools, template)
  };
}

function grammarOf(
  params: ModelParameters,
  tools: readonly ToolDefinition[],
  template: string
): Pick<GenerationRequest, "grammar" | "grammarAfter"> {
  try {
    const rules = callRules(params);
    const {choice} = rules;
    if (tools.length === 0 && (choice === "required" || typeof choice === "object"))
      throw new UserError("tool_choice asks for a call, and the request has no tools.");
    if (typeof choice === "object" && !tools.some((tool) => tool.function.name === choice.function.name))
      throw new UserError(`tool_choice names ${JSON.stringify(choice.function.name)}, which is no tool.`);
    const found = answerGrammar(toolStyle(template), tools, {...rules, format: responseSchema(params)});
    return {grammar: found?.grammar, grammarAfter: found?.after};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new EndpointError("bad-request", error.message, {cause: error});
  }
}

/** The schema that response_format asks for. */
function responseSchema(params: ModelParameters): Schema | undefined {
  const format = params.response_format as {type?: string; json_schema?: {schema?: unknown}} | undefined;
  if (format?.type === "json_object") return ANY_OBJECT;
  if (format?.type !== "json_schema") return undefined;
  const schema = format.json_schema?.schema;
  if (typeof schema !== "object" || schema === null)
    throw new UserError("response_format holds no json_schema.schema.");
  return schema as Schema;
}
