import {expect, it} from "vitest";
import {type GgufFile, tokenizerMetadata} from "../../../src/weights/gguf/index.js";
import {vocabularyOf} from "../../../src/inference/localModels/vocabulary.js";

it("writes added tokens of several spaces with spaces, where the tokenizer has a sign for them", () => {
  const contents = ["<eos>", "▁▁", "\n\n", "▁", "a"];
  const bytes = Array.from({length: 256}, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`);
  const vocab = Object.fromEntries([...contents, ...bytes].map((content, id) => [content, id]));
  const tokenizer = {
    model: {type: "BPE", vocab, merges: ["▁ ▁"], byte_fallback: true},
    added_tokens: [0, 1, 2].map((id) => ({id, content: contents[id]!, special: id === 0}))
  };
  const model = {
    folder: "gemma",
    config: {vocab_size: 261},
    tokenizer,
    tokenizerConfig: {eos_token: "<eos>"},
    chatTemplate: undefined
  };
  const metadata = tokenizerMetadata(model);
  const vocabulary = vocabularyOf({path: "gemma.gguf", metadata} as unknown as GgufFile);
  const served = [1, 2, 3, 4].map((id) => Buffer.from(vocabulary.bytes(id)).toString());
  expect(served).toEqual(["  ", "\n\n", " ", "a"]);
});

it("refuses a token under two numbers, which ends the process that loads it", () => {
  const vocab = {"<end>": 0, K: 1, T: 2};
  const added = [
    {id: 3, content: "K"},
    {id: 4, content: "KK"}
  ];
  const model = (added_tokens: object[]) => ({
    folder: "answers",
    config: {vocab_size: 5},
    tokenizer: {model: {type: "BPE", vocab, merges: []}, added_tokens},
    tokenizerConfig: {eos_token: "<end>"},
    chatTemplate: undefined
  });
  expect(() => tokenizerMetadata(model(added), {preTokenizer: "gpt-2"})).toThrow(
    'answers/tokenizer.json has tokens under two numbers each, which llama.cpp does not load: "K" (1 and 3).'
  );
  expect(() => tokenizerMetadata(model(added.slice(1)), {preTokenizer: "gpt-2"})).not.toThrow();
});
