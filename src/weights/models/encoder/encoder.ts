import {readFile} from "node:fs/promises";
import {sha256File} from "../../../base/system/index.js";
import {readSafetensors} from "../safetensors.js";
import {bertGraph, type BertConfig} from "./bertGraph.js";
import {loadRuntime, type OnnxRuntime, type OnnxSession} from "./runtime.js";
import type {EncoderFiles} from "./weights.js";
import {readWordPiece, type WordPiece} from "./wordPiece.js";

export interface Encoder {
  /** What identifies the vectors: SHA-256 of the weights. */
  readonly identity: string;
  readonly dimensions: number;
  readonly tokenizer: WordPiece;
  /** One vector of length 1 for each list of token ids, special tokens included, in order. */
  embedIds(ids: readonly (readonly number[])[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/**
 * Tokens of one call. Larger calls are no faster on a processor, and this way each long text has a call of its
 * own.
 */
const tokensPerCall = 64;

/** Loads an encoder's weights, writes its graph and opens a session; less than a second. */
export async function openEncoder(files: EncoderFiles, {threads = 2} = {}): Promise<Encoder> {
  const runtime = await loadRuntime();
  const config = JSON.parse(await readFile(files.configPath, "utf8")) as BertConfig;
  const weights = await readSafetensors(files.weightsPath, (name) => !name.endsWith("position_ids"));
  const session = await runtime.InferenceSession.create(bertGraph(config, weights), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Waiting threads that spin take the processor from everything else of the run.
    extra: {session: {intra_op: {allow_spinning: "0"}}},
    logSeverityLevel: 3
  });
  return {
    identity: await sha256File(files.weightsPath),
    dimensions: config.hidden_size,
    tokenizer: await readWordPiece(files.tokenizerPath),
    embedIds: (ids) => embedIds(runtime, session, ids, config.hidden_size),
    close: () => session.release()
  };
}

/**
 * Texts of equal length share a call, so none is padded. The number of texts in a call depends on their length
 * alone (a short batch is filled up by repeating its last text): matrix kernels round differently at different
 * sizes, and a text's vector must not depend on what else was asked.
 */
async function embedIds(
  runtime: OnnxRuntime,
  session: OnnxSession,
  ids: readonly (readonly number[])[],
  hidden: number
): Promise<Float32Array[]> {
  const byLength = new Map<number, number[]>();
  ids.forEach(({length}, index) => {
    const indexes = byLength.get(length);
    if (indexes) indexes.push(index);
    else byLength.set(length, [index]);
  });
  const vectors = new Array<Float32Array>(ids.length);
  for (const [length, indexes] of byLength) {
    const size = Math.max(1, Math.floor(tokensPerCall / length));
    const positions = BigInt64Array.from({length: size * length}, (_, i) => BigInt(i % length));
    for (let start = 0; start < indexes.length; start += size) {
      const batch = indexes.slice(start, start + size);
      const input = BigInt64Array.from({length: size * length}, (_, i) => {
        const row = Math.min(Math.floor(i / length), batch.length - 1);
        return BigInt(ids[batch[row]!]![i % length]!);
      });
      const {embedding} = await session.run({
        input_ids: new runtime.Tensor("int64", input, [size, length]),
        positions: new runtime.Tensor("int64", positions, [size, length])
      });
      const values = embedding!.data as Float32Array;
      batch.forEach(
        (index, row) => (vectors[index] = unit(values.subarray(row * hidden, (row + 1) * hidden)))
      );
    }
  }
  return vectors;
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares) || 1;
  return vector.map((value) => value / norm);
}
