import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {startGenerator} from "../../../src/inference/localModels/index.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "assay-ends-"))));
afterAll(() => rm(folder, {recursive: true}));

async function answer(ends?: number[]) {
  const from = await tinyLanguageModel(join(folder, String(ends)));
  if (ends) await writeFile(join(from, "generation_config.json"), JSON.stringify({eos_token_id: ends}));
  const path = `${from}.gguf`;
  await convertModel({from, to: path, type: "f32"});
  const generator = await startGenerator({path, threads: 1, contextTokens: 64});
  try {
    return await generator.generate({prompt: [70, 71, 72], temperature: 0, maxTokens: 12});
  } finally {
    await generator.close();
  }
}

it("an answer ends at each of the tokens that generation_config.json lists", async () => {
  const {tokens, finishReason} = await answer();
  expect(finishReason).toBe("length");
  const at = tokens.findIndex((token, i) => i > 0 && !tokens.slice(0, i).includes(token));
  expect(at).toBeGreaterThan(0);
  for (const ends of [
    [2, tokens[at]!],
    [tokens[at]!, 2, 100]
  ])
    expect(await answer(ends)).toMatchObject({tokens: tokens.slice(0, at), finishReason: "stop"});
});
