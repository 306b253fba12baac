import {readFile} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {openBackend, GraphMemory} from "../../ggml/index.js";
import {UserError} from "../../../base/validation/index.js";
import {sha256File} from "../../../base/system/index.js";
import {readSafetensors} from "../safetensors.js";
import {bertGraph} from "./bertGraph.js";
import {type BertConfig, bertWeights, checkBert, fastProducts, type Products} from "./bertWeights.js";
import type {EncoderFiles} from "./weights.js";
import {readWordPiece, type WordPiece} from "./wordPiece.js";

export interface Encoder {
  /** What identifies the vectors: SHA-256 of the weights, and the engine, whose vectors differ a little from another's. */
  readonly identity: string;
  readonly dimensions: number;
  readonly tokenizer: WordPiece;
  /** One vector of length 1 for each list of token ids, special tokens included, in order. */
  embedIds(ids: readonly (readonly number[])[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface EncoderOptions {
  /** Computations at a time; 2 when absent. Each has one thread: several that share one wait for each other. */
  threads?: number;
  /** The faster kind when absent. */
  products?: Products;
}

/** Tokens of one computation. More are no faster on a processor, and this way long texts are shared among threads. */
const TOKENS_AT_ONCE = 256;

/** Loads an encoder's weights into the library; less than a second. */
export async function openEncoder(
  files: EncoderFiles,
  {threads = 2, products}: EncoderOptions = {}
): Promise<Encoder> {
  const config = JSON.parse(await readFile(files.configPath, "utf8")) as BertConfig;
  const weights = await readSafetensors(files.weightsPath, (name) => !name.endsWith("position_ids"));
  const tokenizer = await readWordPiece(files.tokenizerPath);
  checkBert(config, weights, tokenizer.size);
  const count = Math.min(threads, availableParallelism());
  const backends = await Promise.all(Array.from({length: count}, () => openBackend(1)));
  const workspaces = backends.map((backend) => new GraphMemory(backend));
  const storage = bertWeights(backends[0]!, weights, products ?? fastProducts(backends[0]!));

  const states = async (workspace: GraphMemory, batch: readonly (readonly number[])[], length: number) => {
    const made = bertGraph(workspace, config, storage, Int32Array.from(batch.flat()), length);
    try {
      await made.graph.runAside();
      return made.graph.read(made.states);
    } finally {
      made.graph.free();
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    identity: `${await sha256File(files.weightsPath)}-ggml`,
    dimensions: config.hidden_size,
    tokenizer,
    async embedIds(ids) {
      const {max_position_embeddings: most, hidden_size: hidden} = config;
      const longest = ids.reduce((longest, {length}) => Math.max(longest, length), 0);
      if (longest > most)
        throw new UserError(`maxTokens: the encoder reads ${most} tokens, and ${longest} were given.`);
      const vectors = new Array<Float32Array>(ids.length);
      const batches = batchesOf(ids);
      const work = async (workspace: GraphMemory) => {
        for (let batch = batches.pop(); batch; batch = batches.pop()) {
          const texts = batch.map((index) => ids[index]!);
          const {length} = texts[0]!;
          const found = await states(workspace, texts, length);
          batch.forEach((index, row) => {
            vectors[index] = meanDirection(
              found.subarray(row * length * hidden, (row + 1) * length * hidden),
              hidden
            );
          });
        }
      };
      // One call after the other: a workspace holds one computation.
      const own = running.then(() => Promise.all(workspaces.map(work)));
      running = own.catch(() => undefined);
      await own;
      return vectors;
    },
    async close() {
      await running;
      storage.free();
      for (const workspace of workspaces) workspace.free();
      for (const backend of backends) backend.free();
    }
  };
}

/** Indexes of texts of equal length, the longest texts last. */
function batchesOf(ids: readonly (readonly number[])[]): number[][] {
  const order = [...ids.keys()].sort((a, b) => ids[a]!.length - ids[b]!.length);
  const batches: number[][] = [];
  for (const index of order) {
    const last = batches.at(-1);
    const {length} = ids[index]!;
    if (last && ids[last[0]!]!.length === length && (last.length + 1) * length <= TOKENS_AT_ONCE)
      last.push(index);
    else batches.push([index]);
  }
  return batches;
}

/** The mean of all rows, of length 1. */
function meanDirection(rows: Float32Array, dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  for (let at = 0; at < rows.length; at += dimensions)
    for (let d = 0; d < dimensions; d++) sum[d]! += rows[at + d]!;
  const norm = Math.hypot(...sum) || 1;
  return Float32Array.from(sum, (value) => value / norm);
}
