import type {CompletionRequest} from "../endpoints/index.js";
import type {Prompter} from "./chatPrompt.js";
import {generationRequest} from "./parameters.js";
import type {GenerationRequest} from "./request.js";

export interface PromptRequest extends Pick<CompletionRequest, "messages" | "params" | "tools"> {
  repeat: number;
}

/** What the engine is asked: the prompt by the model's template and, of a schema, the grammar. Throws EndpointError. */
export function prepared(
  prompter: Prompter,
  {messages, params = {}, tools = [], repeat}: PromptRequest
): GenerationRequest {
  return {
    ...generationRequest(params, tools, prompter.template?.source ?? "", repeat),
    prompt: prompter.prompt(messages, tools),
    addFirst: prompter.template === undefined
  };
}
