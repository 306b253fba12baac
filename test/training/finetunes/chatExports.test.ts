import {describe, expect, it} from "vitest";
import {
  chatExample,
  checkChatExample,
  destinations,
  type TrainingExample,
  trainingFormats
} from "../../../src/training/finetunes/index.js";

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
    const held = {id: "1", asked: JSON.stringify([user]), answer: [{...assistant, name: null}], tags: ["a"]};
    expect(chatExample(held, {prompt: "asked", completion: "answer"})).toEqual({messages: [user, assistant]});
    expect(chatExample(held, {prompt: "tags", completion: "answer"})).toEqual({
      messages: [{role: "user", content: '["a"]'}, assistant]
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

describe("a line of a training set", () => {
  const of = (...messages: object[]): TrainingExample => ({id: "1", kind: "chat", messages});
  const pair = (prompt: object[], chosen: object, rejected: object): TrainingExample => ({
    id: "1",
    kind: "preference",
    prompt,
    chosen,
    rejected
  });
  const call = {
    role: "assistant",
    content: null,
    tool_calls: [{id: "a", type: "function", function: {name: "f", arguments: '{"x": 1}'}}]
  };
  const answer = {role: "tool", tool_call_id: "a", content: "42"};
  const developer = {role: "developer", content: "Be kind"};
  const system = {...developer, role: "system"};

  it("for open models has arguments of calls as objects and a developer's words as a system message", () => {
    const example = of(developer, user, call, answer, assistant);
    const object = {...call, tool_calls: [{...call.tool_calls[0], function: {name: "f", arguments: {x: 1}}}]};
    expect(trainingFormats.trl!.line(example, true)).toEqual({
      messages: [system, user, object, answer, assistant]
    });
    expect(trainingFormats.axolotl!.line(example, false)).toEqual({
      messages: [system, user, call, answer, assistant]
    });
    expect(trainingFormats.openai!.line(example, false)).toEqual({
      messages: [developer, user, call, answer, assistant]
    });
    const broken = {...call, tool_calls: [{function: {name: "f", arguments: "not JSON"}}]};
    expect(trainingFormats.trl!.line(of(user, broken), false)).toEqual({
      prompt: [user],
      completion: [broken]
    });
    expect(trainingFormats["trl-dpo"]!.line(pair([developer, user], assistant, call), false)).toEqual({
      prompt: [system, user],
      chosen: [assistant],
      rejected: [object]
    });
    expect(trainingFormats["axolotl-dpo"]!.line(pair([developer, user], assistant, user), false)).toEqual({
      messages: [system, user],
      chosen: assistant,
      rejected: user
    });
  });

  it("for open models has text parts as one text, and other parts as they are", () => {
    const parts = (...content: object[]) => ({role: "user", content});
    const texts = parts({type: "text", text: "What"}, {type: "text", text: "is it?"});
    const image = parts({type: "text", text: "What?"}, {type: "image_url", image_url: {url: "data:"}});
    const one = {role: "user", content: "What\nis it?"};
    expect(trainingFormats.trl!.line(of(texts, assistant), true)).toEqual({messages: [one, assistant]});
    expect(trainingFormats.axolotl!.line(of(texts, assistant), false)).toEqual({messages: [one, assistant]});
    expect(trainingFormats["trl-dpo"]!.line(pair([texts], assistant, one), false)).toMatchObject({
      prompt: [one]
    });
    expect(trainingFormats.trl!.line(of(image, assistant), true)).toEqual({messages: [image, assistant]});
    expect(trainingFormats.openai!.line(of(texts, assistant), false)).toEqual({messages: [texts, assistant]});
  });

  it("for axolotl has as JSON what would have fields of several types", () => {
    const objects = {
      ...call,
      tool_calls: [{id: "a", type: "function", function: {name: "f", arguments: {x: 1}}}]
    };
    const parameters = {type: "object", properties: {x: {enum: [1, "one"]}}};
    const tools = [{type: "function", function: {name: "f", parameters}}, {type: "function"}];
    const example = {...of(user, objects, answer, assistant), tools} as TrainingExample;
    expect(trainingFormats.axolotl!.line(example, false)).toEqual({
      messages: [
        user,
        {...call, tool_calls: [{...call.tool_calls[0], function: {name: "f", arguments: '{"x":1}'}}]},
        answer,
        assistant
      ],
      tools: [
        {type: "function", function: {name: "f", parameters: JSON.stringify(parameters)}},
        {type: "function"}
      ]
    });
    expect(trainingFormats.trl!.line(example, true)).toMatchObject({tools});
  });

  it("of axolotl's pairs is texts alone, and none where an answer has none or a tool is called", () => {
    const line = (...made: Parameters<typeof pair>) =>
      trainingFormats["axolotl-dpo"]!.line(pair(...made), false);
    const parts = {role: "assistant", content: [{type: "text", text: " Hello\n"}]};
    const other = {...assistant, content: "Go away", weight: 1, tool_calls: null};
    expect(line([user], parts, other)).toEqual({
      messages: [user],
      chosen: assistant,
      rejected: {role: "assistant", content: "Go away"}
    });
    const image = {role: "user", content: [{type: "image_url"}]};
    const called = {...call, content: "I look."};
    for (const wrong of [called, {...assistant, content: null}, {...assistant, content: " \n"}]) {
      expect(line([user], wrong, assistant)).toBeUndefined();
      expect(line([user], assistant, wrong)).toBeUndefined();
    }
    for (const before of [called, image, {role: "function", name: "f", content: "42"}])
      expect(line([user, before, user], assistant, other)).toBeUndefined();
    expect(line([user, answer], assistant, other)).toMatchObject({
      messages: [user, {role: "tool", content: "42"}]
    });
  });

  describe.each(["sharegpt", "prompt-completion", "alpaca", "trl", "axolotl"])("in the form %s", (name) => {
    const line = (...messages: object[]) => trainingFormats[name]!.line(of(...messages), false);
    const isText = !["trl", "axolotl"].includes(name);

    it.each([
      ["a call of a function", {content: null, function_call: {name: "f", arguments: "{}"}}],
      ["no content", {content: null}],
      ["blank content", {content: " \n"}],
      ["an image alone", {content: [{type: "image_url", image_url: {url: "data:"}}]}],
      ["an answer beside a refusal", {content: "Hello", refusal: "No."}]
    ])("has no place for an answer with %s", (_, answered) => {
      expect(line(user, {role: "assistant", ...answered})).toBeUndefined();
    });

    it("has a refusal's words as the answer", () => {
      const refused = line(user, {role: "assistant", content: null, refusal: "I will not."});
      expect(refused).toEqual(line(user, {role: "assistant", content: "I will not."}));
      expect(refused).toBeDefined();
    });

    it("drops no image and no tool", () => {
      const image = {role: "user", content: [{type: "text", text: "What?"}, {type: "image_url"}]};
      const tools = [{type: "function", function: {name: "f"}}];
      const withTools = trainingFormats[name]!.line(
        {...of(user, assistant), tools} as TrainingExample,
        false
      );
      if (isText) {
        expect(line(image, assistant)).toBeUndefined();
        expect(withTools).toBeUndefined();
        expect(line(user, call)).toBeUndefined();
      } else {
        expect(JSON.stringify(line(image, assistant))).toContain("image_url");
        expect(withTools).toMatchObject({tools});
        expect(line(user, call)).toBeDefined();
      }
    });
  });

  it("for TRL's pairs has a refusal's words, and no place for an answer without any", () => {
    const line = (chosen: object) => trainingFormats["trl-dpo"]!.line(pair([user], chosen, assistant), false);
    expect(line({role: "assistant", content: null, refusal: "No."})).toMatchObject({
      chosen: [{role: "assistant", content: "No."}]
    });
    expect(line({role: "assistant", content: null, function_call: {name: "f"}})).toBeUndefined();
    expect(line({role: "assistant", content: ""})).toBeUndefined();
  });

  it("in OpenAI's form is not for TRL and axolotl where templates would leave an answer empty", () => {
    const refused = of(user, {role: "assistant", refusal: "No."});
    for (const name of ["TRL", "axolotl"]) {
      const {problems} = destinations.find((one) => one.name === name)!;
      expect(problems(refused, "openai")).toEqual([expect.stringMatching(/chat templates leave empty/)]);
      expect(problems(of(user, call, answer, assistant), "openai")).toEqual([]);
      expect(problems(refused, "trl")).toEqual([]);
    }
  });

  it("in ShareGPT's form has no place for what a tool said", () => {
    expect(trainingFormats.sharegpt!.line(of(user, call, answer, assistant), false)).toBeUndefined();
    expect(trainingFormats.sharegpt!.line(of(user, answer, assistant), false)).toBeUndefined();
  });

  it("is what Together, Fireworks and LLaMA-Factory take, or they would say why not", () => {
    const problems = (name: string, example: TrainingExample) =>
      destinations.find((one) => one.name === name)!.problems(example, "openai");
    expect(problems("Together", of(system, user, call, answer, assistant, user, assistant))).toEqual([]);
    expect(problems("Together", of(user, user, assistant))).toEqual(["roles do not alternate"]);
    for (const name of ["Together", "Fireworks"])
      expect(problems(name, of(developer, user, assistant))).toEqual(["role developer is unknown"]);
    expect(problems("LLaMA-Factory", of(system, user, assistant, user, assistant))).toEqual([]);
    for (const example of [of(user, user, assistant), of(user, assistant, user), of(assistant)])
      expect(problems("LLaMA-Factory", example)).toEqual([
        "roles do not alternate and end with the assistant"
      ]);
  });
});
