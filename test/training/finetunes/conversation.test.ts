import {describe, expect, it} from "vitest";
import {chatTemplate} from "../../../src/weights/chatTemplates/index.js";
import {prepareRows} from "../../../src/training/finetunes/language/prepare.js";
import type {FinetuneDefinition, TextReader} from "../../../src/training/finetunes/index.js";
import {prompterOf} from "../../../src/inference/localModels/chatPrompt.js";
import type {Message, ToolDefinition} from "../../../src/inference/endpoints/index.js";
import type {TokenExample} from "../../../src/training/trainer/index.js";
import {CHATML} from "../../support/tinyLanguageModel.js";
import {QWEN} from "./support/qwen.js";

const reader = (source: string): TextReader => ({
  encode: (text) => [...text].map((character) => character.codePointAt(0)!),
  template: chatTemplate(source),
  special: {},
  vocabulary: 1 << 20
});
const textOf = (ids: readonly number[]) => String.fromCodePoint(...ids);

async function prepared(row: Record<string, unknown>, source = QWEN, more: Partial<FinetuneDefinition> = {}) {
  async function* rows() {
    yield {id: "r", ...row};
  }
  const definition = {format: "chat", method: "full", ...more} as FinetuneDefinition;
  const {items, broken} = await prepareRows<TokenExample>(definition, reader(source), rows(), 4096);
  const [item] = items;
  return {
    reason: broken[0]?.reason,
    text: item && textOf(item.ids),
    learned: item && textOf(item.labels.filter((label) => label >= 0))
  };
}

const tools: ToolDefinition[] = [
  {type: "function", function: {name: "weather", parameters: {type: "object"}}}
];
const hi: Message = {role: "user", content: "hi"};
const call: Message = {
  role: "assistant",
  content: null,
  tool_calls: [{id: "1", type: "function", function: {name: "weather", arguments: '{"city":"Rome"}'}}]
};

describe("a conversation is learned as it is asked", () => {
  const asked = (messages: Message[], also?: ToolDefinition[]) =>
    prompterOf({template: QWEN}).prompt(messages, also);

  it("with the row's tools, beside the messages or in a column, and arguments as an object", async () => {
    const messages = [hi, call];
    const {text, learned} = await prepared({messages: JSON.stringify({messages, tools})});
    expect(text).toContain(asked([hi], tools));
    expect(asked(messages, tools)).toBe(`${text}<|im_start|>assistant\n`);
    expect(text).toContain('"arguments": {"city": "Rome"}}');
    expect(learned).toBe(text!.slice(asked([hi], tools).length));
    expect((await prepared({messages, tools: JSON.stringify(tools)})).text).toBe(text);
    expect((await prepared({messages, tools: "a hammer"})).reason).toMatch(
      /column "tools" holds no list of tools/
    );
  });

  it("with a developer as the system, who is not given another", async () => {
    const messages: Message[] = [{role: "developer", content: "be brief"}, hi];
    const {text} = await prepared({messages: [...messages, {role: "assistant", content: "yo"}]}, QWEN, {
      system: "be long"
    });
    expect(text).toBe(`${asked(messages)}yo<|im_end|>\n`);
  });

  it("with text parts as one text; parts that are no text are refused", async () => {
    const answer = {role: "assistant", content: [{type: "text", text: "yo"}]};
    const parts = [
      {type: "text", text: "hi"},
      {type: "text", text: "there"}
    ];
    const {text} = await prepared({messages: [{role: "user", content: parts}, answer]});
    expect(text).toBe(`${asked([{role: "user", content: "hi\nthere"}])}yo<|im_end|>\n`);
    const image = {role: "user", content: [{type: "image_url", image_url: {url: "x"}}]};
    expect((await prepared({messages: [image, answer]})).reason).toMatch(/no text \("image_url"\)/);
  });

  it("with the calls of the former way, and refuses messages without a role", async () => {
    const former = {role: "assistant", content: null, function_call: call.tool_calls![0]!.function};
    expect((await prepared({messages: [hi, former]})).text).toBe(
      (await prepared({messages: [hi, call]})).text
    );
    expect((await prepared({messages: [hi, "x"]})).reason).toMatch(/without a role/);
  });
});

describe("messages of weight 0", () => {
  const messages = [
    {role: "user", content: "a"},
    {role: "assistant", content: "BAD", weight: 0},
    {role: "user", content: "b"},
    {role: "assistant", content: "GOOD", weight: 1}
  ];
  const MARKED =
    "{% for m in messages %}{{ m.role[0] }}:{% if m.role == 'assistant' %}{% generation %}{{ m.content }};{% endgeneration %}{% else %}{{ m.content }};{% endif %}{% endfor %}";
  const FORGETFUL =
    "{% for m in messages %}{{ m.role[0] }}{% if loop.last or m.role == 'user' %}{{ m.content }}{% endif %};{% endfor %}{% if add_generation_prompt %}a{% endif %}";

  it("are read and not learned, whether the template marks answers or not", async () => {
    expect((await prepared({messages}, CHATML)).learned).toBe("GOOD<|im_end|>\n");
    expect((await prepared({messages}, CHATML)).text).toContain("BAD");
    expect((await prepared({messages}, MARKED)).learned).toBe("GOOD;");
  });

  it("are left out of all that is learned, too", async () => {
    const {text, learned} = await prepared({messages}, CHATML, {learn: "all"});
    expect(learned).toBe(text!.replace("BAD<|im_end|>\n", ""));
  });

  it("are refused where nothing else is learned, or where they cannot be told", async () => {
    expect((await prepared({messages: messages.slice(0, 2)})).reason).toMatch(/have weight 0/);
    expect((await prepared({messages: messages.slice(0, 1)})).reason).toMatch(/no message of the assistant/);
    expect((await prepared({messages}, FORGETFUL)).learned).toBe("GOOD;");
    expect((await prepared({messages}, FORGETFUL, {learn: "all"})).reason).toMatch(
      /of weight 0 cannot be told/
    );
    const last = [...messages.slice(0, 3), {role: "assistant", content: "BAD", weight: 0}];
    const first = [messages[0], {role: "assistant", content: "FINE"}, ...last.slice(2)];
    expect((await prepared({messages: first}, FORGETFUL)).reason).toMatch(/cannot be told/);
  });
});
