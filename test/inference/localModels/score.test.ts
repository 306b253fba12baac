import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Generator, startGenerator} from "../../../src/inference/localModels/generator.js";
import {localModel, type LocalModel} from "../../../src/inference/localModels/index.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {openWorkspace} from "../../../src/base/store/index.js";
import {tinyAdapter} from "../../support/tinyAdapter.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let path: string;
let generator: Generator;
let model: LocalModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-score-"));
  path = join(folder, "tiny.gguf");
  const tiny = await tinyLanguageModel(join(folder, "tiny"));
  await tinyAdapter(join(folder, "steer"), 1);
  await convertModel({from: tiny, to: path, type: "f32"});
  generator = await startGenerator({path, threads: 1, parallel: 2, contextTokens: 64});
  const workspace = await openWorkspace(folder, join(folder, "store"));
  const adapters = {steered: "steer"};
  model = localModel("tiny", {workspace, threads: 1, parallel: 2, contextTokens: 64, adapters});
});
afterAll(async () => {
  await generator.close();
  await model.close!();
  await rm(folder, {recursive: true});
});

/** The tiny tokenizer has three special tokens, then one a byte. */
const tokenOf = (letter: string) => 3 + letter.charCodeAt(0);
const prompt = Array.from({length: 12}, (_, i) => 3 + ((i * 37) % 250));
const request = (text: string, name = "tiny") => ({
  model: name,
  messages: [{role: "user" as const, content: text}]
});

/** Natural logarithms of the probabilities of all tokens after each token. */
async function logProbabilities(tokens: number[]): Promise<number[][]> {
  const all = await generator.logits(tokens);
  return all.map((logits) => {
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return [...logits].map((logit) => logit - total);
  });
}

describe("the probability of a given answer", () => {
  it("is that of its tokens one after the other and of an end after them", async () => {
    const {logprobs, tokens} = await generator.score({prompt, answers: ["cab"]});
    const answer = [..."cab"].map(tokenOf);
    const after = (await logProbabilities([...prompt, ...answer])).slice(prompt.length - 1);
    const own = answer.reduce((sum, token, i) => sum + after[i]![token]!, 0);
    // <|endoftext|> and <|im_end|>.
    const ends = Math.log(Math.exp(after[3]![0]!) + Math.exp(after[3]![2]!));
    expect(logprobs[0]).toBeCloseTo(own + ends, 4);
    expect(tokens).toBe(prompt.length + answer.length);
  });

  it("of an empty answer is that of an end at once", async () => {
    const {logprobs} = await generator.score({prompt, answers: [""]});
    const after = (await logProbabilities(prompt)).at(-1)!;
    expect(logprobs[0]).toBeCloseTo(Math.log(Math.exp(after[0]!) + Math.exp(after[2]!)), 4);
  });

  it("has the same bits alone, beside others, and while an answer is written", async () => {
    const answers = ["a", "the heron", "", "in the sun", "a"];
    const together = await generator.score({prompt, answers});
    const alone = await startGenerator({path, threads: 1, parallel: 1, contextTokens: 64});
    try {
      for (const [i, answer] of answers.entries()) {
        const {logprobs} = await alone.score({prompt, answers: [answer]});
        expect(logprobs[0]).toBe(together.logprobs[i]);
      }
    } finally {
      await alone.close();
    }
    const writing = {prompt: prompt.slice(3), temperature: 0, maxTokens: 20};
    const [written, again] = await Promise.all([
      generator.generate(writing),
      generator.score({prompt, answers})
    ]);
    expect(again.logprobs).toEqual(together.logprobs);
    expect(written.text).toBe((await generator.generate(writing)).text);
  });

  it("takes over the prompt that answers share", async () => {
    const fresh = await startGenerator({path, threads: 1, parallel: 1, contextTokens: 64});
    try {
      const {reusedTokens, tokens} = await fresh.score({prompt, answers: ["one", "two", "three"]});
      expect(reusedTokens).toBe(2 * (prompt.length - 1));
      expect(tokens).toBeGreaterThan(3 * prompt.length);
    } finally {
      await fresh.close();
    }
  });

  it("is unknown where the context has no room, and nothing is asked of an empty list", async () => {
    const long = "x".repeat(80);
    const {logprobs} = await generator.score({prompt, answers: ["a", long]});
    expect(logprobs[0]).toBeLessThan(0);
    expect(logprobs[1]).toBeUndefined();
    expect(await generator.score({prompt, answers: [long]})).toMatchObject({
      logprobs: [undefined],
      tokens: 0
    });
    expect(await generator.score({prompt, answers: []})).toMatchObject({logprobs: [], tokens: 0});
  });
});

describe("an endpoint's scores", () => {
  it("are of the prompt that the template makes, by the adapter that is named", async () => {
    const own = await model.score!(request("hello"), ["yes", "no"]);
    expect(own.logprobs).toHaveLength(2);
    expect(own.usage.completionTokens).toBe(0);
    const other = await model.score!(request("hello there"), ["yes", "no"]);
    const steered = await model.score!(request("hello", "steered"), ["yes", "no"]);
    expect(other.logprobs).not.toEqual(own.logprobs);
    expect(steered.logprobs).not.toEqual(own.logprobs);
    expect((await model.score!(request("hello"), ["no"])).logprobs[0]).toBe(own.logprobs[1]);
  });

  it("stop when they are told to", async () => {
    const stop = new AbortController();
    const asked = model.score!(request("hello"), Array<string>(200).fill("a long answer"), {
      signal: stop.signal
    });
    stop.abort();
    await expect(asked).rejects.toThrow(/stopped before it finished/);
    expect((await model.score!(request("hello"), ["yes"])).logprobs[0]).toBeLessThan(0);
  });
});
