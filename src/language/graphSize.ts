import type {LanguageConfig} from "./config.js";

/** More nodes than one step of a model can have: forward, backward and a second forward of every layer. */
export function graphSize({layers}: LanguageConfig, lossChunks = 0): number {
  return 2_000 + layers * 900 + lossChunks * 60;
}
