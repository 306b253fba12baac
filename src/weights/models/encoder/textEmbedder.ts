import {join} from "node:path";
import {openEncoder, type Encoder} from "./encoder.js";
import {idsKey, openVectorCache, type VectorCache} from "./vectorCache.js";
import {miniLmFiles, type EncoderFiles} from "./weights.js";

export interface EmbedderOptions {
  /** Tokens read of each text, special tokens included; 64 when absent. */
  maxTokens?: number;
  threads?: number;
  /** Folder of the vectors kept from earlier; nothing is kept when absent. */
  cacheDir?: string;
  files?: EncoderFiles;
}

export interface TextEmbedder {
  readonly identity: string;
  readonly dimensions: number;
  /** Unit vectors in the order of the texts. Calls that come while one runs are answered together. */
  embed(texts: readonly string[], onProgress?: (done: number) => void): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** No token of MiniLM's is worth reading further than this many characters a token. */
const charactersPerToken = 24;
const textsPerRound = 256;

/** Embeds texts with the encoder, remembering vectors by their tokens on disk and joining concurrent calls. */
export async function openTextEmbedder(options: EmbedderOptions = {}): Promise<TextEmbedder> {
  const {maxTokens = 64, cacheDir, files} = options;
  const encoder = await openEncoder(files ?? (await miniLmFiles()), options);
  const cache = cacheDir ? await openEncoderCache(encoder, cacheDir) : undefined;
  const waiting: {ids: number[]; resolve(vector: Float32Array): void; reject(error: unknown): void}[] = [];
  let running: Promise<void> | undefined;

  const drain = async () => {
    // A turn of the event loop lets calls made together share a batch.
    await new Promise((turn) => setImmediate(turn));
    while (waiting.length) {
      const batch = waiting.splice(0, textsPerRound);
      try {
        const vectors = await encoder.embedIds(batch.map(({ids}) => ids));
        if (cache) await cache.add(batch.map(({ids}, i) => [idsKey(ids), vectors[i]!]));
        batch.forEach(({resolve}, i) => resolve(vectors[i]!));
      } catch (error) {
        for (const {reject} of batch) reject(error);
      }
    }
    // At once, not when the promise says so: a text that comes before that would wait for ever.
    running = undefined;
  };
  const embedOne = (ids: number[]) =>
    new Promise<Float32Array>((resolve, reject) => {
      waiting.push({ids, resolve, reject});
      running ??= drain();
    });

  return {
    identity: `${encoder.identity}-${maxTokens}`,
    dimensions: encoder.dimensions,
    async embed(texts, onProgress) {
      const {start, end, encode} = encoder.tokenizer;
      let done = 0;
      return Promise.all(
        texts.map(async (text) => {
          const pieces = encode(text.slice(0, maxTokens * charactersPerToken)).slice(0, maxTokens - 2);
          const ids = [start, ...pieces, end];
          const vector = cache?.get(idsKey(ids)) ?? (await embedOne(ids));
          onProgress?.(++done);
          return vector;
        })
      );
    },
    close: async () => {
      await running;
      await encoder.close();
    }
  };
}

/** The vectors kept for one encoder. */
export function openEncoderCache(encoder: Encoder, cacheDir: string): Promise<VectorCache> {
  return openVectorCache(join(cacheDir, `${encoder.identity}.vectors`), encoder.dimensions);
}
