import {describe, expect, it} from "vitest";
import {importedLog} from "../../support/importedLog.js";

const user = (content: string) => ({role: "user", content});
const assistant = (content: string | null, more: object = {}) => ({role: "assistant", content, ...more});
const call = {id: "c1", type: "function", function: {name: "w", arguments: '{"id": 9007199254740993}'}};
const before = [user("capital of France?"), assistant("Paris"), user("and of Norway?")];

describe("chats in OpenAI's form", () => {
  const read = (lines: object[]) =>
    importedLog("openai-chat", {"chat.jsonl": lines.map((line, i) => ({id: String(i), ...line}))});
  const one = async (line: object) => (await read([line]))[0]!;

  it("have the answer to the last question alone, never that to an earlier one", async () => {
    const rows = await read([
      {body: {messages: before}},
      {messages: before},
      {messages: [...before, assistant("Oslo")]},
      {
        messages: [
          ...before,
          assistant("Let me look.", {tool_calls: [call]}),
          {role: "tool", content: "Oslo"}
        ]
      },
      {messages: [...before, assistant(null, {tool_calls: [call]}), {role: "tool"}, assistant("It is Oslo")]}
    ]);
    expect(rows.map(({input}) => input)).toEqual(Array(5).fill("and of Norway?"));
    expect(rows.map(({output}) => output)).toEqual([null, null, "Oslo", null, "It is Oslo"]);
  });

  it("have the response of a call alone, and why it failed", async () => {
    const rows = await read(
      [
        {response: {status_code: 500, body: {error: {message: "boom"}}}},
        {response: {status_code: 503, body: "Service Unavailable"}},
        {response: {choices: []}},
        {response: null, error: {code: "batch_expired", message: null}},
        {response: {error: "timeout"}},
        {response: "Oslo"},
        {response: {choices: [{message: assistant("Oslo")}]}}
      ].map((line) => ({request: {messages: [...before, assistant("Os")]}, ...line}))
    );
    expect(rows.map(({output, error}) => [output, error])).toEqual([
      [null, "boom"],
      [null, "status 503"],
      [null, "the response holds no message in `choices`"],
      [null, "batch_expired"],
      [null, "timeout"],
      [null, "the response holds no message in `choices`"],
      ["Oslo", null]
    ]);
  });

  it("are read as before where nothing failed: an answered batch, and examples with empty members", async () => {
    const answered = {status_code: 200, body: {choices: [{message: assistant("Oslo")}]}};
    const rows = await read([
      {request: {messages: before}, response: answered, error: null},
      {messages: [...before, assistant("Oslo")], response: null, error: {message: null, code: ""}}
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({output: "Oslo"});
      expect(row).not.toHaveProperty("error");
      expect(row).not.toHaveProperty("tool_calls");
    }
  });

  it("keep calls of tools, which alone are no text; an empty text stays one", async () => {
    const calling = (message: object) => one({request: {messages: before}, response: {choices: [{message}]}});
    for (const content of [null, "", []]) {
      const row = await calling({role: "assistant", content, tool_calls: [call]});
      expect(row).not.toHaveProperty("output");
      expect(JSON.parse(row.tool_calls as string)).toEqual([call]);
    }
    const both = await calling(assistant("One moment.", {tool_calls: [call]}));
    expect(both).toMatchObject({output: "One moment.", tool_calls: JSON.stringify([call])});
    const old = await calling(assistant(null, {function_call: call.function}));
    expect(old).toMatchObject({tool_calls: JSON.stringify([call.function])});
    expect(await calling(assistant(""))).toMatchObject({output: ""});
    expect(await calling(assistant(null, {refusal: "I will not."}))).not.toHaveProperty("output");
  });
});

describe("calls of tools in other logs", () => {
  it("Inspect: an answer without text, with the calls", async () => {
    const calls = [{id: "1", function: "submit", arguments: {n: 1}, type: "function"}];
    const sample = (id: number, message: object) => ({
      id,
      epoch: 1,
      input: "q",
      target: "t",
      output: {choices: [{message: {role: "assistant", ...message}}]}
    });
    const rows = await importedLog("inspect", {
      "log.json": {
        eval: {task: "t", model: "m", eval_id: "e"},
        samples: [
          sample(1, {content: "", tool_calls: calls}),
          sample(2, {content: "done", tool_calls: calls}),
          sample(3, {content: ""})
        ]
      }
    });
    expect(rows.map(({output, tool_calls}) => [output, tool_calls])).toEqual([
      [null, JSON.stringify(calls)],
      ["done", JSON.stringify(calls)],
      ["", null]
    ]);
  });

  const span = async (values: Record<string, string>, more: object[] = []) => {
    const attributes = Object.entries({"gen_ai.request.model": "m", ...values}).map(([key, stringValue]) => ({
      key,
      value: {stringValue}
    }));
    const spans = [{traceId: "t", spanId: "1", attributes: [...attributes, ...more]}];
    return (await importedLog("otel-spans", {"s.json": {resourceSpans: [{scopeSpans: [{spans}]}]}}))[0]!;
  };

  it("OpenTelemetry: an empty text beside a call is none", async () => {
    const row = await span({
      "gen_ai.completion.0.content": "",
      "gen_ai.completion.0.tool_calls.0.name": "wave"
    });
    expect(row).not.toHaveProperty("output");
    expect(row.tool_calls).toBe('[{"name":"wave"}]');
    expect(await span({"gen_ai.completion.0.content": ""})).toMatchObject({output: ""});
  });

  it("OpenTelemetry: whole numbers that no double holds keep their digits, and Python's NaN loses no message", async () => {
    const parts = (type: string) =>
      `[{"role": "assistant", "parts": [{"type": "${type}", "arguments": {"order": 9007199254740993, "p": NaN}}]}]`;
    const row = await span({"gen_ai.output.messages": parts("tool_call")});
    expect(JSON.parse(row.tool_calls as string)).toMatchObject([
      {arguments: {order: "9007199254740993", p: null}}
    ]);
  });

  it("OpenTelemetry: numbers of structured attributes are numbers, with all their digits", async () => {
    const members = (values: object) => ({
      kvlistValue: {values: Object.entries(values).map(([key, value]: [string, unknown]) => ({key, value}))}
    });
    const list = (...values: object[]) => ({arrayValue: {values}});
    const text = (stringValue: string) => ({stringValue});
    const given = members({n: {intValue: "7"}, order: {intValue: "9007199254740993"}, p: {doubleValue: 0.5}});
    const part = members({type: text("tool_call"), arguments: given});
    const messages = list(members({role: text("assistant"), parts: list(part)}));
    const row = await span({}, [{key: "gen_ai.output.messages", value: messages}]);
    expect(JSON.parse(row.tool_calls as string)).toMatchObject([
      {arguments: {n: 7, order: "9007199254740993", p: 0.5}}
    ]);
  });
});
