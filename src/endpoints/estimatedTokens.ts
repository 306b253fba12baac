import type {Message, Usage} from "./types.js";

/** How tokens are counted where neither the server nor a tokenizer tells: about what English takes. */
export const BYTES_A_TOKEN = 4;
export const BY_BYTES = `a token for each ${BYTES_A_TOKEN} bytes`;

const tokensIn = (text: string) => Math.ceil(Buffer.byteLength(text) / BYTES_A_TOKEN);

/** A guess at the tokens of a call, marked as one: a quarter of the UTF-8 bytes of what was sent and of what came. */
export function estimatedTokens(messages: readonly Message[], answer: string): Usage {
  return {
    promptTokens: messages.reduce((sum, {content}) => sum + tokensIn(content ?? ""), 0),
    completionTokens: tokensIn(answer),
    estimatedBy: BY_BYTES
  };
}
