import {rm} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  readTokenizer,
  type FinetuneDefinition,
  type TextReader
} from "../../../src/training/finetunes/index.js";
import {prepareRows} from "../../../src/training/finetunes/language/prepare.js";
import {tokensOfParts} from "../../../src/training/finetunes/language/textParts.js";
import {convertCheckpoint} from "../../../src/weights/gguf/index.js";
import {prompterOf} from "../../../src/inference/localModels/chatPrompt.js";
import {Engine} from "../../../src/inference/localModels/engine.js";
import type {TokenExample} from "../../../src/training/trainer/index.js";
import {sentencePieceModel, sentencePieces} from "../../support/sentencePiece.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

const turns = (answer: string) =>
  `{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %}${answer}{{ eos_token }}{% endif %}{% endfor %}`;
const LLAMA_2 = turns(" {{ m.content }} ");
const MISTRAL = turns("{{ m.content }}");

let project: string;
beforeAll(async () => (project = await temporaryProject()));
afterAll(() => rm(project, {recursive: true}));

const shown = (ids: readonly number[]) => ids.map((id) => sentencePieces[id]).join(" ");

async function learnedFrom(reader: TextReader, row: Record<string, unknown>, format = "prompt") {
  async function* rows() {
    yield {id: "r", ...row};
  }
  const definition = {format, method: "full"} as FinetuneDefinition;
  const {items} = await prepareRows<TokenExample>(definition, reader, rows(), 400);
  const {ids, labels} = items[0]!;
  return {ids, learned: shown(labels.filter((label) => label >= 0))};
}

describe("a SentencePiece tokenizer", () => {
  it.each([
    ["llama-2", LLAMA_2, "▁yes ▁ </s>"],
    ["mistral", MISTRAL, "yes </s>"]
  ])("puts no space of its own before what is learned (%s)", async (name, template, learned) => {
    const reader = await readTokenizer(await sentencePieceModel(join(project, name), template));
    const one = await learnedFrom(reader, {prompt: "a", completion: "yes"});
    expect(one.learned).toBe(learned);
    const messages = ["a", "yes", "s", "yes"].map((content, i) => ({
      role: i % 2 ? "assistant" : "user",
      content
    }));
    const two = await learnedFrom(reader, {messages}, "chat");
    expect(two.learned).toBe(`${learned} ${learned}`);
    expect(two.ids).toEqual(
      reader.encode(reader.template!.render(messages, {variables: reader.special}).text)
    );
  });

  it("is asked with the tokens that were before the answer, with and without a template", async () => {
    for (const [name, template] of [["chat"], ["plain"]].map(([n]) => [
      n!,
      n === "chat" ? LLAMA_2 : undefined
    ])) {
      const folder = await sentencePieceModel(join(project, name!), template);
      const {ids, learned} = await learnedFrom(await readTokenizer(folder), {prompt: "a", completion: "yes"});
      const path = join(project, `${name}.gguf`);
      await convertCheckpoint(folder, path, "f32", {
        quantise: () => {
          throw new Error("nothing is quantised");
        }
      });
      const engine = await Engine.load({path, parallel: 1, contextTokens: 64, threads: 1});
      const {chatTemplate, specialTokens} = engine.info;
      const prompter = prompterOf({template: chatTemplate, variables: specialTokens});
      const asked = engine.tokensOf(prompter.prompt([{role: "user", content: "a"}]), !prompter.template);
      engine.close();
      expect(asked[0]).toBe(1);
      expect(asked.filter((id) => id === 1)).toHaveLength(1);
      expect(`${shown(asked)} ${learned}`).toBe(shown(ids));
    }
  });
});

describe("parts of a text", () => {
  it("whose border a token would cross are tokens apart, as a model writes after its prompt", async () => {
    const {encode} = await readTokenizer(await tinyLanguageModel(join(project, "bytes")));
    const [prompt, answer, end] = tokensOfParts(encode, ["A: ", "the", "<|im_end|>"]);
    expect([prompt, answer, end]).toEqual([encode("A: "), encode("the"), encode("<|im_end|>")]);
    expect(encode("A: the")).not.toEqual([...prompt!, ...answer!]);
    const pieces = await readTokenizer(await sentencePieceModel(join(project, "pieces")));
    expect(tokensOfParts(pieces.encode, [" y", "es", ""]).map(shown)).toEqual(["▁ ▁ y", "e s", ""]);
  });
});
