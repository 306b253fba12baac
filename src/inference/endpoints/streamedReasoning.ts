import type {ChatChunk} from "./chatResponse.js";

type Delta = NonNullable<NonNullable<ChatChunk["choices"]>[number]["delta"]>;

/**
 * Whether a piece of a stream holds tokens of the model's reasoning: as DeepSeek, vLLM and OpenRouter name them, or as Mistral's
 * parts of the content. A summary or an encrypted text stands for tokens that are not streamed.
 */
export function hasReasoning({reasoning_content: content, reasoning, ...rest}: Delta): boolean {
  const {reasoning_details: details, content: parts} = rest;
  if (Array.isArray(details) && details.length > 0)
    return details.some((one: unknown) => isOfType(one, "reasoning.text"));
  if (isText(content) || isText(reasoning)) return true;
  return Array.isArray(parts) && parts.some((part) => isOfType(part, "thinking"));
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

function isOfType(part: unknown, type: string): boolean {
  return typeof part === "object" && part !== null && "type" in part && part.type === type;
}
