import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {startGenerator} from "../../../src/inference/localModels/generator.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-reuse-"));
  path = join(folder, "tiny.gguf");
  await convertModel({from: await tinyLanguageModel(join(folder, "tiny")), to: path, type: "f32"});
});
afterAll(() => rm(folder, {recursive: true}));

const tokens = (length: number, step: number) => Array.from({length}, (_, i) => 3 + ((i * step) % 250));

/** The next turn of a conversation, and the same prompt to a process that has seen nothing. */
async function turns(exact: boolean) {
  const options = {path, threads: 1, parallel: 1, contextTokens: 256, exact};
  const [generator, fresh] = [await startGenerator(options), await startGenerator(options)];
  try {
    const prompt = tokens(30, 37);
    const first = await generator.generate({prompt, temperature: 0.8, seed: "3", maxTokens: 40});
    const next = {
      prompt: [...prompt, ...first.tokens, ...tokens(9, 11)],
      temperature: 0,
      maxTokens: 12,
      logprobs: true
    };
    return {first, next: await generator.generate(next), alone: await fresh.generate(next)};
  } finally {
    await generator.close();
    await fresh.close();
  }
}

describe("the next turn of a conversation", () => {
  it("has the bits of one that is asked for first", async () => {
    const {next, alone} = await turns(true);
    expect(next.reusedTokens).toBe(30);
    expect(alone.reusedTokens).toBe(0);
    expect(next.logprobs).toEqual(alone.logprobs);
  });
  it("takes over the answer before it where the last bits do not matter", async () => {
    const {first, next} = await turns(false);
    expect(next.reusedTokens).toBeGreaterThanOrEqual(29 + first.tokens.length);
  });
});
