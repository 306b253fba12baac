import {describe, expect, it} from "vitest";
import {chatExample, checkChatExample} from "../../src/finetune/index.js";

const user = {role: "user", content: "Hi"};
const assistant = {role: "assistant", content: "Hello"};
const problems = (line: unknown) => checkChatExample(line).problems;
const of = (...messages: unknown[]) => problems({messages});

describe("a chat example", () => {
  it("is made of a prompt and a completion, or of a row's messages without what a table adds", () => {
    const row = {id: "1", body: "Hi", label: "greeting"};
    expect(chatExample(row, {prompt: "body", completion: "label", system: "Sort mails."})).toEqual({
      messages: [
        {role: "system", content: "Sort mails."},
        {role: "user", content: "Hi"},
        {role: "assistant", content: "greeting"}
      ]
    });
    const structures = [
      {...user, name: null},
      {...assistant, tool_calls: null}
    ];
    expect(chatExample({id: "1", chat: structures}, {messages: "chat"})).toEqual({
      messages: [user, assistant]
    });
    const call = {role: "assistant", content: null, tool_calls: [{id: "a", function: {arguments: "{}"}}]};
    const packed = JSON.stringify({messages: [user, call], tools: [{type: "function", default: null}]});
    expect(chatExample({id: "1", chat: packed}, {messages: "chat"})).toEqual({
      messages: [user, call],
      tools: [{type: "function", default: null}]
    });
  });

  it("is sound with content, content parts, tool calls and answers to them, and weights", () => {
    const call = {role: "assistant", content: null, tool_calls: [{id: "a"}]};
    const answer = {role: "tool", tool_call_id: "a", content: "42"};
    const parts = {role: "user", content: [{type: "text", text: "Hi"}]};
    expect(
      checkChatExample({messages: [{role: "developer", content: "Be kind"}, parts, call, answer, assistant]})
    ).toEqual({
      problems: [],
      warnings: []
    });
    expect(of(user, {...assistant, weight: 0}, user, {...assistant, weight: 1})).toEqual([]);
    expect(checkChatExample({messages: [assistant]}).warnings).toEqual([
      "no_system_message",
      "no_user_message"
    ]);
    expect(checkChatExample({messages: [user, {...assistant, weight: 0}]}).warnings).toContain(
      "nothing_to_learn"
    );
  });

  it("has each flaw named as the cookbook names it", () => {
    expect(problems([user, assistant])).toEqual(["data_type"]);
    expect(problems({messages: []})).toEqual(["missing_messages_list"]);
    expect(problems({prompt: "Hi", completion: "Hello"})).toEqual(["missing_messages_list"]);
    expect(of({content: "Hi"}, assistant)).toEqual(["message_missing_key"]);
    expect(of({role: "user"}, assistant)).toEqual(["message_missing_key"]);
    expect(of(user, {...assistant, mood: "good"})).toEqual(["message_unrecognized_key"]);
    expect(of({role: "customer", content: "Hi"}, assistant)).toEqual(["unrecognized_role"]);
    expect(of(user, {role: "assistant", content: ""})).toEqual(["missing_content"]);
    expect(of({...user, content: 7}, assistant)).toEqual(["missing_content"]);
    expect(of({...user, content: null}, assistant)).toEqual(["missing_content"]);
    expect(of(user)).toEqual(["example_missing_assistant_message"]);
    expect(of(user, {...assistant, weight: 2})).toEqual(["invalid_weight"]);
    expect(of(user, {role: "tool", content: "42"}, assistant)).toEqual(["message_missing_key"]);
    expect(of("Hi", assistant)).toEqual(["data_type"]);
    expect(problems({messages: [user, assistant], tools: "none"})).toEqual(["invalid_tools"]);
  });
});
