import {readFile} from "node:fs/promises";
import {messageOf, UserError} from "../../base/validation/errors.js";
import {inProject} from "../../base/system/projectPaths.js";
import type {Tokenizer} from "./predictionAnswer.js";
import type {Message, TokenCounter, Usage} from "./types.js";
import {assertTextFile} from "../../base/system/regularFile.js";

/** How tokens are counted where neither the server nor a tokenizer tells: about what English takes. */
const BYTES_A_TOKEN = 4;
const BY_BYTES = `a token for each ${BYTES_A_TOKEN} bytes`;

const quarterOfBytes: Tokenizer = (text) => Math.ceil(Buffer.byteLength(text) / BYTES_A_TOKEN);

/** A guess at the tokens of a call, marked as one: a quarter of the UTF-8 bytes of what was sent and of what came. */
export function estimatedPromptTokens(messages: readonly Message[], answer: string): Usage {
  return estimatedUsage(quarterOfBytes, BY_BYTES, messages, answer);
}

/**
 * What counts the tokens of calls whose server does not: a function, the tokenizer.json at a path, or, without either, a
 * quarter of the bytes. What the server puts around messages is not seen. Throws UserError for a file that is no tokenizer.
 */
export async function usageCounter(endpoint: string, tokenizer?: string | Tokenizer): Promise<TokenCounter> {
  if (tokenizer === undefined) return estimatedPromptTokens;
  if (typeof tokenizer === "function")
    return (messages, answer) => estimatedUsage(tokenizer, "its own tokenizer", messages, answer);
  const count = await tokenizerAt(endpoint, tokenizer);
  return (messages, answer) => estimatedUsage(count, `tokenizer ${tokenizer}`, messages, answer);
}

async function tokenizerAt(endpoint: string, path: string): Promise<Tokenizer> {
  await assertTextFile(inProject(path));
  try {
    const json = JSON.parse(await readFile(inProject(path), "utf8")) as object;
    const {Tokenizer: Implementation} = await import("@huggingface/tokenizers");
    const read = new Implementation(json, {});
    return (text) => read.encode(text, {add_special_tokens: false}).ids.length;
  } catch (cause) {
    throw new UserError(
      `endpoint "${endpoint}": tokenizer ${JSON.stringify(path)} cannot be read as a tokenizer.json: ${messageOf(cause).slice(0, 200)}`,
      {cause}
    );
  }
}

function estimatedUsage(count: Tokenizer, by: string, messages: readonly Message[], answer: string): Usage {
  const sent = messages.map(
    ({content, tool_calls: calls}) => (content ?? "") + (calls ? JSON.stringify(calls) : "")
  );
  return {
    promptTokens: sent.reduce((sum, text) => sum + count(text), 0),
    completionTokens: count(answer),
    estimatedBy: by
  };
}
