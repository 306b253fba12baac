import {type GgufFile, numberOf, metadataText} from "../../weights/gguf/read.js";
import {UserError} from "../../base/validation/errors.js";

/** What a lane computes at once. */
export interface LaneSize {
  parallel: number;
  contextTokens: number;
  /** Most tokens in one step. */
  batch: number;
  vocabulary: number;
}

/** Bytes of a lane: its keys and values, and the largest tensors of a step. */
export interface LaneBytes {
  cache: number;
  step: number;
}

/** What each lane takes beside the weights, which all lanes share. */
export function laneBytes(file: GgufFile, {parallel, contextTokens, batch, vocabulary}: LaneSize): LaneBytes {
  const family = metadataText(file, "general.architecture") ?? "";
  const of = (key: string) => numberOf(file, `${family}.${key}`);
  const heads = of("attention.head_count") ?? 1;
  const size = of("attention.key_length") ?? (of("embedding_length") ?? 0) / heads;
  const ofToken = (of("block_count") ?? 0) * (of("attention.head_count_kv") ?? heads) * size * 2 * 4;
  return {
    cache: parallel * contextTokens * ofToken,
    step: batch * (vocabulary + heads * contextTokens) * 4
  };
}

/** Throws a UserError when the weights and one lane do not fit. */
export function checkModel(path: string, weights: number, {cache, step}: LaneBytes, free: number): void {
  const needed = weights + cache + step;
  if (needed <= free) return;
  throw new UserError(
    `${path} needs ${gib(needed)} of memory (weights ${gib(weights)}, keys and values ${gib(cache)}, a step ${gib(step)}); ${gib(free)} is free. Lower \`contextTokens\` or \`parallel\`, or use a smaller type (q4_k_m).`
  );
}

/** Throws a UserError when one more lane does not fit beside those that are open. */
export function checkLane(adapter: string, {cache, step}: LaneBytes, free: number): void {
  const needed = cache + step;
  if (needed <= free) return;
  // A source that is an adapter has the name "\0".
  const whose = adapter === "" || adapter === "\0" ? "The model" : `The adapter ${adapter}`;
  throw new UserError(
    `${whose} needs ${gib(needed)} of memory for keys and values and a step of its own; ${gib(free)} is free. Lower \`contextTokens\` or \`parallel\`, or load fewer adapters at the same time.`
  );
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
