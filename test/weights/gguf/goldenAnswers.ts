import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {startGenerator} from "../../../src/inference/localModels/index.js";
import {convertAdapter, convertCheckpoint, libraryQuantiser} from "../../../src/weights/gguf/index.js";
import {openCheckpoint, readTensorBytes, readTensorFloats} from "../../../src/weights/safetensors/index.js";

/** How far llama.cpp's answers on the file that we write are from the reference's on the checkpoint. */
export interface Differences {
  /** Largest absolute difference of a logit; with the adapter on, where there is one. */
  logits: number;
  adapterLogits?: number;
  /** Tokens of the greedy continuation that are the same before the first that differs, and how many there are. */
  greedySame: number;
  greedy: number;
}

export async function answerDifferences(
  folder: string,
  work: string,
  preTokenizer: string | undefined
): Promise<Differences> {
  const quantise = await libraryQuantiser();
  const path = join(work, "answers.gguf");
  await convertCheckpoint(folder, path, "f32", {quantise, preTokenizer});
  const adapters: Record<string, string> = {};
  if (existsSync(join(folder, "adapter"))) {
    adapters.adapter = join(work, "answers-adapter.gguf");
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
    await convertAdapter(join(folder, "adapter"), config, adapters.adapter, "f32", {quantise});
  }
  const inputs = JSON.parse(await readFile(join(folder, "inputs.json"), "utf8")) as {
    sequences: number[][];
    greedy: number[];
  };
  const generator = await startGenerator({path, adapters, threads: 1, parallel: 1});
  const worst = async (file: string, prefix: string, adapter?: string) => {
    const {tensors} = await openCheckpoint(join(folder, file));
    let most = 0;
    for (const [i, sequence] of inputs.sequences.entries()) {
      const tensor = tensors.get(`${prefix}.${i}`);
      if (!tensor) continue;
      const theirs = await readTensorFloats(tensor);
      const [rows, columns] = [tensor.shape[0]!, tensor.shape[1]!];
      // Of long sequences the last positions are published.
      const ours = (await generator.logits(sequence, adapter)).slice(-rows);
      ours.forEach((logits, row) =>
        logits.forEach((logit, column) => {
          most = Math.max(most, Math.abs(logit - theirs[row * columns + column]!));
        })
      );
    }
    return most;
  };
  try {
    const tensor = (await openCheckpoint(join(folder, "expected.safetensors"))).tensors.get("greedy.tokens")!;
    const theirs = new Int32Array(new Uint8Array(await readTensorBytes(tensor)).buffer);
    const {tokens} = await generator.generate({
      prompt: inputs.greedy,
      temperature: 0,
      maxTokens: theirs.length
    });
    const first = theirs.findIndex((token, i) => token !== tokens[i]);
    return {
      logits: await worst("expected.safetensors", "logits"),
      adapterLogits:
        adapters.adapter === undefined
          ? undefined
          : await worst("expected_adapter.safetensors", "adapter_logits", "adapter"),
      greedySame: first < 0 ? theirs.length : first,
      greedy: theirs.length
    };
  } finally {
    await generator.close();
  }
}
