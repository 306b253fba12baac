import type {LanguageConfig} from "./config.js";

/*
 * The most that was counted, over all architectures, for DoRA of every module with its layers computed again: 843 tensors a layer
 * (Gemma 3), 94 a chunk (an output layer of Gemma 3 with DoRA). Half as much again, for room that nothing uses costs nothing.
 */
const LAYER = 1_300;
const CHUNK = 140;

/** More tensors than one step of a model can have: forward, backward and a second forward of every layer. */
export function graphSize({layers}: LanguageConfig, lossChunks = 0): number {
  return 2_000 + layers * LAYER + lossChunks * CHUNK;
}
