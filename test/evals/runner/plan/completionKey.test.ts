import {describe, expect, it} from "vitest";
import {completionKeys, messagesJson} from "../../../../src/evals/runner/plan/completionKey.js";
import type {Message} from "../../../../src/inference/endpoints/types.js";
import {canonicalJson, hashJson} from "../../../../src/base/system/index.js";

describe("completionKeys", () => {
  const parts = {identity: {url: "u", a: "b"}, model: "m", params: {top_p: 1, temperature: 0}};
  const messages = [{role: "user" as const, content: 'say "hi"'}];

  it("is the hash of the canonical JSON of everything that decides the answer", () => {
    expect(completionKeys(parts)(messagesJson(messages), 2)).toBe(
      hashJson({...parts, messages, repeat: 2, tools: []})
    );
    expect(completionKeys(parts)(messagesJson(messages), 0, "r1")).toBe(
      hashJson({...parts, messages, repeat: 0, tools: [], row: "r1"})
    );
  });

  it("does not depend on the order in which identity or parameters are written", () => {
    const turned = {identity: {a: "b", url: "u"}, model: "m", params: {temperature: 0, top_p: 1}};
    expect(completionKeys(turned)(messagesJson(messages), 0)).toBe(
      completionKeys(parts)(messagesJson(messages), 0)
    );
  });

  it("changes with identity, model, parameters, messages, tools and repeat", () => {
    const tool = {type: "function" as const, function: {name: "f"}};
    const keys = [
      completionKeys(parts)(messagesJson(messages), 0),
      completionKeys(parts)(messagesJson(messages), 1),
      completionKeys(parts)(messagesJson([...messages, ...messages]), 0),
      completionKeys({...parts, identity: {url: "v"}})(messagesJson(messages), 0),
      completionKeys({...parts, model: "n"})(messagesJson(messages), 0),
      completionKeys({...parts, params: {temperature: 1}})(messagesJson(messages), 0),
      completionKeys({...parts, tools: [tool]})(messagesJson(messages), 0)
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("messagesJson", () => {
  it("is the canonical JSON of messages, whatever they are made of", () => {
    const plain = {role: "user", content: 'say "hi"\n\u2028\ud800 é'};
    const odd = [
      {content: "other order", role: "system"},
      {role: "user", content: null},
      {role: "user", content: [{type: "text", text: "a"}]},
      {role: "user", content: "a", name: "b"},
      {role: "user", content: undefined},
      {role: "user", text: "a"},
      Object.assign(Object.create({role: "user"}) as object, {content: "a", name: "b"}),
      {role: "assistant", content: "", tool_calls: [{type: "function", id: "1"}]},
      Object.create(
        {toJSON: () => "x"},
        {
          role: {value: "user", enumerable: true},
          content: {value: "a", enumerable: true}
        }
      ) as object,
      "text",
      null
    ];
    for (const messages of [[], [plain], [plain, plain], ...odd.map((one) => [plain, one])])
      expect(messagesJson(messages as Message[])).toBe(canonicalJson(messages));
  });
});
