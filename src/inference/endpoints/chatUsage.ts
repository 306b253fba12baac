import {z} from "zod";
import type {Usage} from "./types.js";

const count = z.number().int().nonnegative();
const orUnknown = count.nullish().catch(undefined);

/** A malformed usage is an unknown one: the completion itself is still good. */
export const usageSchema = z
  .object({
    prompt_tokens: count,
    completion_tokens: count.nullish(),
    total_tokens: orUnknown,
    completion_tokens_details: z.object({reasoning_tokens: orUnknown}).nullish().catch(undefined),
    prompt_tokens_details: z.object({cached_tokens: orUnknown}).nullish().catch(undefined),
    /** DeepSeek's. */
    prompt_cache_hit_tokens: orUnknown,
    /** Moonshot's. */
    cached_tokens: orUnknown
  })
  .nullish()
  .catch(undefined);

/**
 * A prompt of 0 tokens does not exist: servers that do not count say 0. Where the total is more than both parts, hidden
 * reasoning was counted (and is billed) as output without being named.
 */
export function toUsage(usage: z.output<typeof usageSchema>): Usage | undefined {
  if (!usage || usage.prompt_tokens === 0) return undefined;
  const {prompt_tokens: promptTokens, completion_tokens: told, total_tokens: total} = usage;
  const left = total == null ? undefined : total - promptTokens;
  const completionTokens = told == null ? left : Math.max(told, left ?? 0);
  if (completionTokens === undefined || completionTokens < 0) return undefined;
  const cachedTokens =
    usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens;
  return {promptTokens, completionTokens, ...(cachedTokens == null ? undefined : {cachedTokens})};
}

/** Of the completion tokens those of reasoning, by their name or by what a total has more than both parts; 0 where nothing tells of any. */
export function reasoningTokens(usage: z.output<typeof usageSchema>): number {
  const named = usage?.completion_tokens_details?.reasoning_tokens;
  if (named != null) return named;
  const {prompt_tokens: prompt = 0, completion_tokens: told, total_tokens: total} = usage ?? {};
  return told == null || total == null ? 0 : Math.max(0, total - prompt - told);
}
