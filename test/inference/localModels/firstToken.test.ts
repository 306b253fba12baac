// @module-tag long
import {readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readTokenizer, type FinetuneDefinition} from "../../../src/training/finetunes/index.js";
import {prepareRows} from "../../../src/training/finetunes/language/prepare.js";
import {localModel, runnable, findModel, startGenerator} from "../../../src/inference/localModels/index.js";
import {firstToken} from "../../../src/inference/localModels/vocabulary.js";
import type {MetadataValue} from "../../../src/weights/gguf/index.js";
import type {TokenExample} from "../../../src/training/trainer/index.js";
import {openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let project: string;
let workspace: Workspace;
beforeAll(async () => {
  project = await temporaryProject();
  workspace = await openWorkspace(project, join(project, "store"));
});
afterAll(() => rm(project, {recursive: true}));

/** A model without a chat template, whose first token is 1. */
async function plainModel(name: string, settings: Record<string, unknown>): Promise<string> {
  const folder = await tinyLanguageModel(join(project, name));
  const path = join(folder, "tokenizer_config.json");
  const config = JSON.parse(await readFile(path, "utf8")) as object;
  await writeFile(path, JSON.stringify({...config, chat_template: undefined, ...settings}));
  return folder;
}

const ask = (model: ReturnType<typeof localModel>) =>
  model.complete({
    model: "m",
    messages: [{role: "user", content: "ab"}],
    params: {temperature: 0, max_tokens: 3, logprobs: true}
  });

async function trainedOn(folder: string): Promise<number[]> {
  async function* rows() {
    yield {id: "r", prompt: "ab", completion: "c"};
  }
  const definition = {format: "prompt", method: "full"} as FinetuneDefinition;
  return (await prepareRows<TokenExample>(definition, await readTokenizer(folder), rows(), 64)).items[0]!.ids;
}

describe("a model without a chat template", () => {
  it.each([
    [true, 1],
    [false, 0],
    [undefined, 0]
  ])("is asked as it was trained where add_bos_token is %s", async (adds, more) => {
    const folder = await plainModel(`adds-${adds}`, {add_bos_token: adds});
    const trained = await trainedOn(folder);
    expect(trained.filter((id) => id === 1)).toHaveLength(more);
    const model = localModel(folder, {workspace, threads: 1, contextTokens: 64});
    const {path} = await runnable(await findModel(folder, workspace), workspace);
    const generator = await startGenerator({path, threads: 1, contextTokens: 64});
    try {
      const answer = await ask(model);
      const prompt = trained.slice(0, 2 + more);
      const {logprobs} = await generator.generate({prompt, temperature: 0, maxTokens: 3, logprobs: true});
      expect(answer.usage!.promptTokens).toBe(2 + more);
      expect(answer.logprobs!.map(({logprob}) => logprob)).toEqual(logprobs!.map(({logprob}) => logprob));
      expect((await model.identity("m")).prompt).toBe(more ? "begins with the first token" : undefined);
    } finally {
      await model.close!();
      await generator.close();
    }
  });

  it("gets no second first token, and a model with a template only what the template writes", async () => {
    const folder = await plainModel("once", {add_bos_token: true});
    const model = localModel(folder, {workspace, threads: 1, contextTokens: 64});
    const chat = localModel(folder, {
      workspace,
      threads: 1,
      contextTokens: 64,
      chatTemplate: "{{ messages[0].content }}"
    });
    try {
      const messages = [{role: "user" as const, content: "<|im_start|>ab"}];
      const {usage} = await model.complete({model: "m", messages, params: {max_tokens: 1}});
      expect(usage!.promptTokens).toBe(3);
      expect((await ask(chat)).usage!.promptTokens).toBe(2);
      expect(await chat.identity("m")).not.toHaveProperty("prompt");
    } finally {
      await model.close!();
      await chat.close!();
    }
  });

  it("has a first token where its file says so, and llama.cpp's default where it is silent", () => {
    const of = (model: string, pre: string, adds?: boolean) => {
      const metadata = new Map<string, MetadataValue>([
        ["tokenizer.ggml.model", {type: "string", value: model}],
        ["tokenizer.ggml.pre", {type: "string", value: pre}],
        ["tokenizer.ggml.bos_token_id", {type: "uint32", value: 7}]
      ]);
      if (adds !== undefined) metadata.set("tokenizer.ggml.add_bos_token", {type: "bool", value: adds});
      return firstToken({metadata});
    };
    expect([of("llama", "default"), of("gpt2", "llama-bpe"), of("gpt2", "qwen2", true)]).toEqual([7, 7, 7]);
    expect([of("llama", "default", false), of("gpt2", "gpt-2"), of("gpt2", "tekken", false)]).toEqual([
      undefined,
      undefined,
      undefined
    ]);
  });
});
