import {expect, it} from "vitest";
import {gatherStream} from "../../../src/inference/endpoints/gatherStream.js";

/** A chunk each 10 ms, and the usage at the end. */
async function gathered(deltas: readonly object[], usage?: object) {
  let now = 0;
  async function* chunks() {
    for (const delta of [{role: "assistant", content: ""}, ...deltas]) {
      await Promise.resolve();
      now += 10;
      yield {choices: [{index: 0, delta, finish_reason: null}]};
    }
    yield {choices: [{index: 0, delta: {}, finish_reason: "stop"}]};
    yield {choices: [], usage};
  }
  return gatherStream(
    chunks(),
    () => now,
    (text) => text
  );
}
const answer = [{content: "yes"}, {content: "."}];
const usage = {
  prompt_tokens: 20,
  completion_tokens: 12,
  total_tokens: 32,
  completion_tokens_details: {reasoning_tokens: 10}
};

it.each([
  ["DeepSeek and vLLM", {reasoning_content: "so"}],
  ["OpenRouter and Ollama", {content: "", reasoning: "so"}],
  [
    "OpenRouter's parts",
    {content: "", reasoning: "so", reasoning_details: [{type: "reasoning.text", text: "so"}]}
  ],
  ["Mistral's parts", {content: [{type: "thinking", thinking: [{type: "text", text: "so"}]}]}]
])("counts streamed reasoning as the first token: %s", async (_, thought) => {
  expect(await gathered([thought, thought, ...answer], usage)).toMatchObject({
    text: "yes.",
    firstTokenMs: 20,
    unseenTokens: undefined
  });
});

it.each([
  ["that is summed up", {reasoning: "so", reasoning_details: [{type: "reasoning.summary", summary: "so"}]}],
  ["that is encrypted", {reasoning: null, reasoning_details: [{type: "reasoning.encrypted", data: "c28="}]}],
  ["that is empty", {reasoning_content: "", reasoning: "", reasoning_details: []}],
  ["of a form that nobody knows", {reasoning: 5, reasoning_details: {text: "so"}}]
])(
  "waits for the answer where it is given reasoning %s, and tells the tokens not seen",
  async (_, thought) => {
    expect(await gathered([thought, ...answer], usage)).toMatchObject({firstTokenMs: 30, unseenTokens: 10});
  }
);

it("knows unseen tokens by the total, and of none where nothing tells", async () => {
  const total = {prompt_tokens: 20, completion_tokens: 2, total_tokens: 32};
  expect(await gathered(answer, total)).toMatchObject({
    usage: {completionTokens: 12},
    firstTokenMs: 20,
    unseenTokens: 10
  });
  for (const plain of [{...total, total_tokens: 22}, {prompt_tokens: 20, completion_tokens: 2}, undefined])
    expect((await gathered(answer, plain)).unseenTokens).toBeUndefined();
});
