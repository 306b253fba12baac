import {describe, expect, it} from "vitest";
import type {LogTool} from "../../../src/data/datasets/index.js";
import {importedLog} from "../../support/importedLog.js";

const imported = (tool: LogTool, file: string, content: unknown) => importedLog(tool, {[file]: content});

describe("logs of other tools become rows", () => {
  it("Inspect: samples with their scores as numbers", async () => {
    const rows = await imported("inspect", "log.json", {
      version: 2,
      eval: {task: "popularity", model: "openai/gpt-4o-mini", run_id: "r1"},
      samples: [
        {
          id: 1,
          epoch: 1,
          input: [{role: "user", content: "asked"}],
          target: ["Yes", "Yep"],
          output: {choices: [{message: {role: "assistant", content: [{type: "text", text: "Yes"}]}}]},
          scores: {match: {value: "C", answer: "Yes"}, length: {value: 3}}
        },
        {
          id: 2,
          epoch: 1,
          input: "also asked",
          target: "No",
          output: {choices: []},
          error: {message: "timeout"}
        }
      ]
    });
    expect(rows[0]).toMatchObject({
      id: "r1/popularity/openai/gpt-4o-mini/1/1",
      input: "asked",
      target: "Yes\nYep",
      output: "Yes",
      scores: [
        {scorer: "match", value: 1, answer: "Yes"},
        {scorer: "length", value: 3, answer: null}
      ]
    });
    expect(rows[1]).toMatchObject({input: "also asked", output: null, error: "timeout", scores: []});
  });

  it("lm-evaluation-harness: samples of both forms of arguments", async () => {
    const common = {target: "18", filter: "strict", metrics: ["exact_match"], exact_match: 1};
    const rows = await imported("lm-eval", "samples_gsm8k_2026-01-01T00-00-00.jsonl", [
      {doc_id: 0, doc: {q: "1"}, arguments: {gen_args_0: {arg_0: "Q: 1"}}, filtered_resps: ["18"], ...common},
      {
        doc_id: 1,
        doc: {q: "2"},
        arguments: [["Q: 2", {}]],
        filtered_resps: [["19"]],
        ...common,
        exact_match: 0
      }
    ]);
    expect(rows.map(({id, task, input, output, scores}) => [id, task, input, output, scores])).toEqual([
      ["gsm8k/strict/0", "gsm8k", "Q: 1", "18", [{scorer: "exact_match", value: 1}]],
      ["gsm8k/strict/1", "gsm8k", "Q: 2", "19", [{scorer: "exact_match", value: 0}]]
    ]);
  });

  it("promptfoo: results with provider, verdict, latency and cost", async () => {
    const rows = await imported("promptfoo", "results.json", {
      evalId: "e1",
      results: {
        version: 3,
        results: [
          {
            id: "a",
            provider: {id: "openai:gpt", label: "gpt"},
            prompt: {raw: "Say hi to Ann", label: "hi"},
            vars: {name: "Ann"},
            response: {output: "Hi Ann"},
            success: true,
            score: 1,
            latencyMs: 12,
            cost: 0.001
          },
          {
            id: "b",
            provider: "other",
            prompt: {raw: "x"},
            response: {},
            success: false,
            score: 0,
            error: "500"
          }
        ]
      }
    });
    expect(rows).toMatchObject([
      {
        provider: "gpt",
        prompt: "hi",
        input: "Say hi to Ann",
        output: "Hi Ann",
        success: true,
        latency_ms: 12
      },
      {provider: "other", output: null, success: false, error: "500", cost_usd: null}
    ]);
  });

  it("OpenAI chats: training examples, batch requests and logged calls", async () => {
    const user = {role: "user", content: "ask"};
    const rows = await imported("openai-chat", "chat.jsonl", [
      {
        id: "1",
        messages: [{role: "system", content: "be kind"}, user, {role: "assistant", content: "answer"}]
      },
      {custom_id: "2", body: {model: "m", messages: [user]}},
      {
        id: "3",
        request: {
          model: "m",
          messages: [{role: "user", content: [{type: "text", text: "a"}, {type: "image_url"}]}]
        },
        response: {created: 1767225600, model: "m-1", choices: [{message: {role: "assistant", content: "b"}}]}
      }
    ]);
    expect(rows).toMatchObject([
      {id: "1", system: "be kind", input: "ask", output: "answer", model: null},
      {id: "2", input: "ask", output: null, model: "m"},
      {id: "3", input: "a", output: "b", model: "m-1", time: "2026-01-01T00:00:00.000Z"}
    ]);
  });

  it("OpenTelemetry: spans of calls to models, messages in attributes or in events; other spans are left out", async () => {
    const text = (key: string, stringValue: string) => ({key, value: {stringValue}});
    const spans = [
      {traceId: "t", spanId: "1", name: "GET /", attributes: []},
      {
        traceId: "t",
        spanId: "2",
        startTimeUnixNano: "1767225600000000000",
        endTimeUnixNano: "1767225600250000000",
        attributes: [
          text("gen_ai.operation.name", "chat"),
          text("gen_ai.provider.name", "openai"),
          text("gen_ai.request.model", "m"),
          {key: "gen_ai.usage.input_tokens", value: {intValue: "7"}},
          text("gen_ai.usage.output_tokens", " "),
          text(
            "gen_ai.input.messages",
            JSON.stringify([{role: "user", parts: [{type: "text", content: "ask"}]}])
          ),
          text(
            "gen_ai.output.messages",
            JSON.stringify([{role: "assistant", parts: [{type: "text", content: "answer"}]}])
          )
        ]
      },
      {
        traceId: "t",
        spanId: "3",
        attributes: [
          text("gen_ai.system", "openai"),
          text("gen_ai.request.model", "m"),
          {key: "gen_ai.usage.output_tokens", value: {intValue: "3"}}
        ],
        events: [
          {
            name: "gen_ai.content.prompt",
            attributes: [text("gen_ai.prompt", JSON.stringify([{role: "user", content: "old"}]))]
          },
          {
            name: "gen_ai.content.completion",
            attributes: [text("gen_ai.completion", JSON.stringify([{role: "assistant", content: "way"}]))]
          }
        ]
      }
    ];
    const exported = {
      resourceSpans: [{resource: {attributes: [text("service.name", "desk")]}, scopeSpans: [{spans}]}]
    };
    const rows = await imported("otel-spans", "spans.jsonl", [exported]);
    expect(rows).toMatchObject([
      {
        id: "t/2",
        time: "2026-01-01T00:00:00.000Z",
        service: "desk",
        model: "m",
        input: "ask",
        output: "answer",
        prompt_tokens: 7,
        completion_tokens: null,
        latency_ms: 250
      },
      {
        id: "t/3",
        provider: "openai",
        input: "old",
        output: "way",
        completion_tokens: 3,
        latency_ms: null
      }
    ]);
  });

  const stringAttributes = (values: object) =>
    Object.entries(values).map(([key, stringValue]: [string, unknown]) => ({key, value: {stringValue}}));
  const read = async (attributes: object, more: object = {}) => {
    const span = {traceId: "t", spanId: "1", ...more};
    const spans = [{...span, attributes: stringAttributes({"gen_ai.request.model": "m", ...attributes})}];
    const [row] = await imported("otel-spans", "spans.jsonl", [{resourceSpans: [{scopeSpans: [{spans}]}]}]);
    return row as Record<string, unknown>;
  };
  const messages = (role: string, ...parts: object[][]) =>
    JSON.stringify(parts.map((own) => ({role, parts: own})));

  it("OpenTelemetry: only text is text, of two choices the first, and a call of a tool is no text", async () => {
    const text = (content: string) => ({type: "text", content});
    const blob = {type: "blob", modality: "image", content: "iVBORw0KGgo="};
    const reasoning = {type: "reasoning", content: "maybe 5"};
    const call = {type: "tool_call", id: "1", name: "w", arguments: {}};
    const row = await read({
      "gen_ai.input.messages": messages("user", [text("2+2?"), blob]),
      "gen_ai.output.messages": messages("assistant", [reasoning, text("4")], [text("four")]),
      "gen_ai.system_instructions": JSON.stringify([text("count"), reasoning])
    });
    expect(row).toMatchObject({system: "count", input: "2+2?", output: "4"});
    const called = await read({"gen_ai.output.messages": messages("assistant", [call])});
    expect(called).not.toHaveProperty("output");
    expect(JSON.parse(called.tool_calls as string)).toEqual([call]);
  });

  it("OpenTelemetry: messages in numbered attributes, and in events of their own", async () => {
    const numbered = await read({
      "llm.request.type": "chat",
      "gen_ai.prompt.10.role": "user",
      "gen_ai.prompt.10.content": JSON.stringify([{type: "text", text: "hi"}, {type: "image_url"}]),
      "gen_ai.prompt.2.role": "user",
      "gen_ai.prompt.2.content": "before",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.content": "hello",
      "gen_ai.completion.0.tool_calls.0.name": "wave",
      "gen_ai.completion.1.content": "good day"
    });
    expect(numbered).toMatchObject({operation: "chat", input: "hi", output: "hello"});
    expect(JSON.parse(numbered.tool_calls as string)).toEqual([{name: "wave"}]);
    const event = (name: string, values: object) => ({name, attributes: stringAttributes(values)});
    const choice = {index: 0, message: {content: "hello"}};
    const members = [
      event("gen_ai.user.message", {content: "hi"}),
      event("gen_ai.choice", {message: JSON.stringify({content: "hello"})})
    ];
    const bodies = [
      event("gen_ai.user.message", {"gen_ai.event.content": JSON.stringify({role: "user", content: "hi"})}),
      event("gen_ai.choice", {"gen_ai.event.content": JSON.stringify(choice)})
    ];
    for (const events of [members, bodies])
      expect(await read({}, {events})).toMatchObject({input: "hi", output: "hello"});
  });

  it("OpenTelemetry: a status of an error is an error, whatever attributes there are", async () => {
    expect(await read({}, {status: {code: 2, message: "boom"}})).toMatchObject({error: "boom"});
    expect(await read({}, {status: {code: "STATUS_CODE_ERROR"}})).toMatchObject({error: "error"});
    const told = await read({"error.type": "timeout"}, {status: {code: 2, message: "boom"}});
    expect(told).toMatchObject({error: "timeout"});
    expect(await read({}, {status: {code: 1}})).not.toHaveProperty("error");
  });

  const span = (times: object) => [
    {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: "t",
                  spanId: "1",
                  attributes: [{key: "gen_ai.request.model", value: {stringValue: "m"}}],
                  ...times
                }
              ]
            }
          ]
        }
      ]
    }
  ];
  const chat = (created: number) => [{messages: [{role: "user", content: "ask"}], id: "1", created}];
  it.each([
    [
      "otel-spans",
      "s.jsonl",
      span({startTimeUnixNano: "soon"}),
      /`startTimeUnixNano` is "soon".*nanoseconds/
    ],
    ["otel-spans", "s.jsonl", span({startTimeUnixNano: 1.5}), /`startTimeUnixNano` is 1\.5/],
    ["otel-spans", "s.jsonl", span({startTimeUnixNano: "-1"}), /`startTimeUnixNano` is "-1"/],
    ["otel-spans", "s.jsonl", span({startTimeUnixNano: "9".repeat(30)}), /`startTimeUnixNano` is "9999/],
    ["openai-chat", "c.jsonl", chat(1767225600000), /`created` is 1767225600000.*seconds since 1970/],
    ["openai-chat", "c.jsonl", chat(1e300), /`created` is 1e\+300/],
    ["openai-chat", "c.jsonl", chat(-5), /`created` is -5/]
  ] as const)("%s: a time that is none is named with its file, %s", async (tool, file, content, says) => {
    const message = await imported(tool, file, content).then(
      () => "imported",
      (error: Error) => error.message
    );
    expect(message).toMatch(says);
    expect(message).toContain(file);
  });

  it("OpenTelemetry: times that are not told, or contradict each other, are unknown and not 0", async () => {
    const [unset] = await imported(
      "otel-spans",
      "s.jsonl",
      span({startTimeUnixNano: "0", endTimeUnixNano: 0})
    );
    // A column that no row has is none.
    expect(unset).toEqual({id: "t/1", trace: "t", model: "m"});
    const backwards = {startTimeUnixNano: "1767225600000000000", endTimeUnixNano: "1767225599000000000"};
    const [unsure] = await imported("otel-spans", "s.jsonl", span(backwards));
    expect(unsure).toMatchObject({time: "2026-01-01T00:00:00.000Z"});
    expect(unsure).not.toHaveProperty("latency_ms");
  });

  it("a file of another shape is an error that says what was expected", async () => {
    await expect(imported("inspect", "log.json", {samples: []})).rejects.toThrow(
      /not an Inspect log in JSON/
    );
    await expect(imported("openai-chat", "c.jsonl", [{text: "x"}])).rejects.toThrow(/not chat JSONL/);
    await expect(imported("lm-eval", "s.jsonl", '{"doc_id": 1}\n{oops')).rejects.toThrow(
      /not a samples file|line 2/
    );
  });
});
