import {expect, it} from "vitest";
import {askedCompletion, type Completion} from "../../../src/inference/endpoints/index.js";

const GOOD: Completion = {
  text: "red",
  finishReason: "stop",
  latencyMs: 3,
  attempts: 1,
  toolCalls: [{id: "1", type: "function", function: {name: "find", arguments: "{}"}}]
};

const ask = (answer: unknown) =>
  askedCompletion(
    {name: "ours", complete: () => Promise.resolve(answer as Completion)},
    {model: "m", messages: []}
  );

it("an answer as the contract has it is passed on", async () => {
  expect(await ask(GOOD)).toBe(GOOD);
});

it.each([
  [undefined, "value is missing, not an object"],
  [{...GOOD, text: 3}, "text is a number, not a text"],
  [{...GOOD, latencyMs: Infinity}, "latencyMs is Infinity, not a number"],
  [{...GOOD, costUsd: "0.1"}, "costUsd is a text, not a number"],
  [{...GOOD, usage: {promptTokens: 1}}, "usage.completionTokens is missing, not a number"],
  [{...GOOD, toolCalls: {}}, "toolCalls is an object, not a list"],
  [{...GOOD, toolCalls: [{name: "find"}]}, "toolCalls[0].function is missing, not an object"],
  [
    {...GOOD, toolCalls: [{id: "1", function: {name: "find", arguments: {}}}]},
    "toolCalls[0].function.arguments is an object, not a text"
  ],
  [{...GOOD, logprobs: [{token: "red"}]}, "logprobs[0].logprob is missing, not a number"]
])("an answer with another shape fails as malformed, by its member: %j", async (answer, what) => {
  await expect(ask(answer)).rejects.toMatchObject({
    kind: "malformed",
    message: `ours: the answer's ${what}. Mend the endpoint's \`complete\`: it returns a Completion.`
  });
});
