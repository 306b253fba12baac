import {describe, expect, it} from "vitest";
import {parseChatResponse} from "../../../src/inference/endpoints/chatResponse.js";
import {isPlainAnswer} from "../../../src/inference/endpoints/plainAnswer.js";

const usage = {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5};
const choice = {index: 0, finish_reason: "stop", message: {role: "assistant", content: "a"}};
const base = {id: "1", object: "chat.completion", model: "m", choices: [choice], usage};

const oddValues = [undefined, null, "", "x", 0, 1, -1, 1.5, 2 ** 53, true, [], {}, [{}]];
const fields: ((value: unknown) => object)[] = [
  (model) => ({...base, model}),
  (fingerprint) => ({...base, system_fingerprint: fingerprint}),
  (error) => ({...base, error}),
  (object) => ({...base, object}),
  (choices) => ({...base, choices}),
  (one) => ({...base, choices: [one]}),
  (value) => ({...base, usage: value}),
  ...["finish_reason", "message", "logprobs", "error"].map((name) => (value: unknown) => ({
    ...base,
    choices: [{...choice, [name]: value}]
  })),
  ...["content", "refusal", "tool_calls", "reasoning_content"].map((name) => (value: unknown) => ({
    ...base,
    choices: [{...choice, message: {...choice.message, [name]: value}}]
  })),
  ...[
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "prompt_cache_hit_tokens",
    "cached_tokens"
  ].map((name) => (value: unknown) => ({...base, usage: {...usage, [name]: value}})),
  (cached) => ({...base, usage: {...usage, prompt_tokens_details: {cached_tokens: cached}}})
];

/** What is read of a body: its answer, or its error. */
function read(body: unknown): unknown {
  try {
    return parseChatResponse(body, (text) => text);
  } catch (error) {
    return `${(error as {kind: string}).kind}: ${(error as Error).message}`;
  }
}

describe("an answer that is taken as it is", () => {
  it("says what the schema would have made of it, whatever stands in its fields", () => {
    let plain = 0;
    for (const make of fields)
      for (const value of [...oddValues, {cached_tokens: 1}, {cached_tokens: -1}, "error"]) {
        const body = make(value) as typeof base;
        if (!isPlainAnswer(body)) continue;
        plain++;
        // A second choice is read by the schema, and not used.
        const bySchema = {...body, choices: [...body.choices, choice]};
        expect(isPlainAnswer(bySchema)).toBe(false);
        expect(read(body), JSON.stringify(body)).toStrictEqual(read(bySchema));
      }
    expect(plain).toBeGreaterThan(50);
    for (const body of [null, undefined, "x", 1, [], [base]]) expect(isPlainAnswer(body)).toBe(false);
  });
});
