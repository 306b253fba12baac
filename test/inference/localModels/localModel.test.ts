import {Ajv} from "ajv";
import {execFileSync} from "node:child_process";
import {mkdtemp, readFile, rm, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {
  Completion,
  CompletionOptions,
  ModelParameters,
  TokenLogprob
} from "../../../src/inference/endpoints/index.js";
import {localModel, type LocalModel} from "../../../src/inference/localModels/index.js";
import {openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {tinyAdapter} from "../../support/tinyAdapter.js";
import {CHATML, tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let workspace: Workspace;
let model: LocalModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-local-"));
  workspace = await openWorkspace(folder, join(folder, "store"));
  await tinyLanguageModel(join(folder, "tiny"));
  await tinyAdapter(join(folder, "steer"), 1);
  model = localModel("tiny", {
    workspace,
    threads: 1,
    parallel: 3,
    contextTokens: 256,
    adapters: {steered: "steer"}
  });
});
afterAll(async () => {
  await model.close!();
  await rm(folder, {recursive: true});
});

const ask = (
  text: string,
  params: ModelParameters = {},
  options: CompletionOptions & {model?: string} = {}
): Promise<Completion> =>
  model.complete(
    {
      model: options.model ?? "tiny",
      messages: [{role: "user", content: text}],
      params: {temperature: 0, max_tokens: 24, ...params}
    },
    options
  );

describe("a model on this machine", () => {
  it("answers with usage, log probabilities and the time of the first token", async () => {
    const answer = await ask("hello there", {logprobs: true, top_logprobs: 3});
    expect(answer.usage).toMatchObject({completionTokens: answer.logprobs!.length});
    expect(answer.usage!.promptTokens).toBeGreaterThan(20);
    expect(answer.firstTokenMs!).toBeGreaterThan(0);
    expect(answer.firstTokenMs!).toBeLessThanOrEqual(answer.latencyMs);
    for (const {logprob, top} of answer.logprobs!) {
      expect(top!.length).toBe(3);
      expect(top![0]!.logprob).toBe(logprob);
      expect(Math.exp(top!.reduce((sum, one) => sum + Math.exp(one.logprob), 0))).toBeLessThan(Math.E);
    }
  });

  it("says the bytes of tokens that are no whole text, and of no others", async () => {
    const {text, logprobs} = await ask("halves", {logprobs: true, top_logprobs: 50, temperature: 3});
    const bytesOf = ({token, bytes}: {token: string; bytes?: number[]}) => bytes ?? [...Buffer.from(token)];
    expect(Buffer.from(logprobs!.flatMap(bytesOf)).toString()).toBe(text);
    const halves = logprobs!.flatMap(({top}) => top!).filter(({token}) => token === "\ufffd");
    expect(halves.length).toBeGreaterThan(50);
    for (const {bytes} of halves) expect(bytes).toEqual([expect.toSatisfy((byte: number) => byte >= 0x80)]);
    const whole = logprobs!.flatMap(({top}) => top!).filter(({token}) => token === "a");
    expect(whole.every(({bytes}) => bytes === undefined)).toBe(true);
  });

  it("is loaded once, whatever number of first calls there are at the same time", async () => {
    const told: string[] = [];
    const fresh = localModel("tiny", {
      workspace: await openWorkspace(folder),
      threads: 1,
      onProgress: (message) => told.push(message)
    });
    try {
      const messages = [{role: "user" as const, content: "hi"}];
      const asked = Array.from({length: 5}, () =>
        fresh.complete({model: "tiny", messages, params: {max_tokens: 1}})
      );
      expect(await Promise.all(asked)).toHaveLength(5);
      expect(told.filter((message) => message.endsWith("loading"))).toHaveLength(1);
    } finally {
      await fresh.close!();
    }
  });

  it("says the same alone and in company, to the last bit of every log probability", async () => {
    const prompts = [
      "one",
      "two and a longer prompt",
      "three",
      "one",
      "one and the rest",
      "",
      "seven in all"
    ];
    const params = {logprobs: true, top_logprobs: 2};
    const company = await Promise.all(prompts.map((prompt) => ask(prompt, params)));
    for (const [i, prompt] of prompts.entries()) {
      const alone = await ask(prompt, params);
      expect(alone.logprobs, prompt).toEqual(company[i]!.logprobs);
      expect(alone.text).toBe(company[i]!.text);
    }
  });

  it("computes a common beginning of prompts once", async () => {
    const long = "the same long beginning of many prompts, ".repeat(3);
    await ask(`${long} first`);
    const {usage} = await ask(`${long} second`);
    expect(usage!.cachedTokens!).toBeGreaterThan(60);
  });

  it("draws by seed: the same seed the same text, a repeat another", async () => {
    const params = {temperature: 1.2, top_p: 0.95, seed: 4};
    const [a, b, c] = await Promise.all([ask("x", params), ask("x", params), ask("x", params, {repeat: 1})]);
    expect(a.text).toBe(b.text);
    expect(c.text).not.toBe(a.text);
    expect((await ask("x", {temperature: 1.2, top_k: 1})).text).toBe((await ask("x")).text);
  });

  it("streams pieces that are the whole, and ends before a stop string", async () => {
    const whole = (await ask("stream", {temperature: 1, seed: 2})).text;
    const stop = whole.slice(6, 8);
    const pieces: string[] = [];
    const {text, finishReason} = await ask(
      "stream",
      {temperature: 1, seed: 2, stop},
      {onText: (piece) => pieces.push(piece)}
    );
    expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(pieces.join("")).toBe(text);
    expect(finishReason).toBe("stop");
  });

  it("streams log probabilities beside the text of their tokens", async () => {
    const streamed: TokenLogprob[] = [];
    const pieces: [string, number | undefined][] = [];
    const {text, logprobs} = await ask(
      "stream",
      {temperature: 1, seed: 2, logprobs: true, top_logprobs: 1},
      {onText: (piece, own) => (pieces.push([piece, own?.length]), streamed.push(...(own ?? [])))}
    );
    expect(streamed).toEqual(logprobs);
    expect(pieces.map(([piece]) => piece).join("")).toBe(text);
    expect(pieces.filter(([, count]) => count === 1).length).toBeGreaterThan(5);
    await ask("stream", {}, {onText: (_, own) => expect(own).toBeUndefined()});
  });

  it("leaves the event loop free and can be stopped", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const stop = new AbortController();
    const stopped = ask("stopped", {temperature: 1.5}, {signal: stop.signal, onText: () => stop.abort()});
    const others = Array.from({length: 12}, (_, seed) =>
      ask("long", {max_tokens: 100, temperature: 1.5, seed})
    );
    await expect(stopped).rejects.toMatchObject({kind: "aborted"});
    await Promise.all(others);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect((await ask("after")).text).not.toBe("");
  });

  it("writes what a JSON schema accepts, however random it is", async () => {
    const schema = {
      type: "object",
      properties: {
        label: {enum: ["spam", 'ham "x"']},
        note: {type: "string", maxLength: 4},
        count: {type: "integer"},
        tags: {type: "array", items: {anyOf: [{type: "boolean"}, {const: null}]}, minItems: 1, maxItems: 3},
        inner: {$ref: "#/$defs/inner"}
      },
      required: ["label", "tags"],
      $defs: {inner: {type: "object", properties: {a: {type: "null"}, b: {type: "boolean"}}}}
    };
    const valid = new Ajv({strict: false}).compile(schema);
    const answers = await Promise.all(
      Array.from({length: 24}, (_, seed) =>
        ask("json", {
          temperature: 1.5,
          seed,
          max_tokens: 200,
          response_format: {type: "json_schema", json_schema: {schema}}
        })
      )
    );
    for (const {text, finishReason} of answers) {
      expect(finishReason, text).toBe("stop");
      expect(valid(JSON.parse(text)), text).toBe(true);
    }
    expect(new Set(answers.map(({text}) => text)).size).toBeGreaterThan(1);
  });

  it("writes dictionaries, nullable objects and choices beside properties as their schema says", async () => {
    const schema = {
      type: "object",
      properties: {
        counts: {type: "object", additionalProperties: {type: "integer"}},
        maybe: {type: ["object", "null"], properties: {a: {type: "boolean"}}, required: ["a"]},
        by: {enum: ["name", "id"]}
      },
      required: ["maybe"],
      anyOf: [{required: ["counts"]}, {properties: {by: {const: "id"}}, required: ["by"]}]
    };
    const valid = new Ajv({strict: false}).compile(schema);
    const response_format = {type: "json_schema", json_schema: {schema}};
    const answers = await Promise.all(
      Array.from({length: 16}, (_, seed) =>
        ask("json", {temperature: 1.5, seed, max_tokens: 230, response_format})
      )
    );
    const whole = answers.filter(({finishReason}) => finishReason === "stop");
    expect(whole.length).toBeGreaterThan(4);
    for (const {text} of whole) expect(valid(JSON.parse(text)), text).toBe(true);
  });

  it("takes the longest texts and lists that a grammar can say, and longer ones without their most", async () => {
    const least = {text: {type: "string", minLength: 1900}, list: {type: "array", items: {}, minItems: 1900}};
    const most = [1899, 1900, 1901, 2000].flatMap((size) => [
      {type: "string", maxLength: size},
      {type: "array", items: {type: "boolean"}, maxItems: size}
    ]);
    for (const schema of [...Object.values(least), ...most]) {
      const response_format = {type: "json_schema", json_schema: {schema}};
      expect((await ask("x", {response_format, max_tokens: 3})).usage!.completionTokens).toBe(3);
    }
  });

  it("calls a tool when it must", async () => {
    const parameters = {type: "object", properties: {days: {enum: [1, 3]}}, required: ["days"]};
    const {toolCalls, finishReason} = await model.complete({
      model: "tiny",
      messages: [{role: "user", content: "weather?"}],
      tools: [{type: "function", function: {name: "forecast", parameters}}],
      params: {temperature: 1.5, seed: 3, tool_choice: "required"}
    });
    expect(finishReason).toBe("tool_calls");
    expect(toolCalls![0]!.function.name).toBe("forecast");
    expect([1, 3]).toContain((JSON.parse(toolCalls![0]!.function.arguments) as {days: number}).days);
  });

  it("calls no tool when it may not, and at most one where calls may not be parallel", async () => {
    const parameters = {type: "object", properties: {days: {enum: [1, 3]}}, required: ["days"]};
    const tools = [{type: "function" as const, function: {name: "forecast", parameters}}];
    const messages = [{role: "user" as const, content: "weather?"}];
    const call = {
      type: "object",
      properties: {name: {const: "forecast"}, arguments: parameters},
      required: ["name", "arguments"]
    };
    const response_format = {type: "json_schema", json_schema: {schema: call}};
    const none = await model.complete({
      model: "tiny",
      messages,
      tools,
      params: {response_format, tool_choice: "none", max_tokens: 100}
    });
    expect(none.toolCalls).toBeUndefined();
    expect(JSON.parse(none.text)).toMatchObject({name: "forecast"});
    const hermes = localModel("tiny", {workspace, threads: 1, chatTemplate: `${CHATML}{# <tool_call> #}`});
    try {
      const counts = async (params: ModelParameters) =>
        Promise.all(
          Array.from({length: 6}, async (_, seed) => {
            const more = {temperature: 1.5, seed, max_tokens: 200, tool_choice: "required", ...params};
            return (await hermes.complete({model: "tiny", messages, tools, params: more})).toolCalls!;
          })
        );
      const one = await counts({parallel_tool_calls: false});
      expect(one.map(({length}) => length)).toEqual(one.map(() => 1));
      const many = (await counts({})).find(({length}) => length > 1)!;
      expect(new Set(many.map(({id}) => id)).size).toBe(many.length);
    } finally {
      await hermes.close!();
    }
  });

  it("answers with an adapter by its name, beside the base", async () => {
    const params = {logprobs: true};
    const [base, steered] = await Promise.all([ask("who", params), ask("who", params, {model: "steered"})]);
    expect(steered.logprobs).not.toEqual(base.logprobs);
    expect((await model.identity("steered")).adapter).toMatch(/^[0-9a-f]{64}$/);
    expect(await model.identity("tiny")).not.toHaveProperty("adapter");
  });

  it("is another model to the store with another context or pre-tokenizer, as answers may differ", async () => {
    const identity = (more: object) => localModel("tiny", {workspace, threads: 1, ...more}).identity("tiny");
    const own = await identity({});
    expect(own).not.toHaveProperty("context");
    expect(await identity({parallel: 2})).toEqual(own);
    expect(await identity({contextTokens: 64})).toEqual({...own, context: "64"});
    expect(await identity({preTokenizer: "qwen2"})).toEqual({...own, preTokenizer: "qwen2"});
  });

  it("computes as many requests together as llama.cpp has sequences, more than go into one call", async () => {
    const most = localModel("tiny", {workspace, threads: 1, parallel: 256, contextTokens: 32});
    try {
      const messages = [{role: "user" as const, content: "hi"}];
      const {usage} = await most.complete({model: "tiny", messages, params: {max_tokens: 2}});
      expect(usage!.completionTokens).toBe(2);
    } finally {
      await most.close!();
    }
    expect(() => localModel("tiny", {workspace, parallel: 257})).toThrow(/parallel.*at most 256/);
  });

  it("ends when its owner says so: a signal to the whole group cuts no answer", async () => {
    const {signal} = new AbortController();
    const asked = ask("long", {max_tokens: 100, temperature: 1.5, seed: 5}, {signal, onText: () => stop()});
    let sent = 0;
    const stop = () => {
      if (sent++ < 2) process.kill(model.pid!, sent === 1 ? "SIGTERM" : "SIGINT");
    };
    expect((await asked).usage!.completionTokens).toBeGreaterThan(10);
    expect(sent).toBeGreaterThan(2);
    expect((await ask("after")).text).not.toBe("");
  });

  it("measures what it writes in a second and the memory it holds", () => {
    const {tokensPerSecond, memoryBytes, threads} = model.measured()!;
    expect(tokensPerSecond!).toBeGreaterThan(1);
    expect(memoryBytes).toBeGreaterThan(1 << 20);
    expect(threads).toBe(1);
  });

  it("refuses a prompt beyond its context, and parameters that it does not know", async () => {
    await expect(ask("x".repeat(400))).rejects.toThrow(/a request may have 256 with its answer/);
    await expect(ask("x", {presence: 1})).rejects.toThrow(/knows no presence\./);
    await expect(
      ask("x", {response_format: {type: "json_schema", json_schema: {schema: {$ref: "#/nowhere"}}}})
    ).rejects.toThrow(/refers to "#\/nowhere"/);
  });

  it.each<[ModelParameters, RegExp]>([
    [{temperature: -1}, /`temperature`.*at least 0/],
    [{temperature: "hot" as never}, /`temperature`/],
    [{top_p: 2}, /`top_p`.*at most 1/],
    [{top_k: 1.5}, /`top_k`.*whole/],
    [{max_tokens: 0}, /`max_tokens`.*at least 1/],
    [{seed: 0.5}, /`seed`.*whole/],
    [{stop: [5] as never}, /`stop/],
    [{stop: {} as never}, /`stop`/],
    [{n: 2}, /`n` must be 1/],
    [{presence_penalty: 1}, /`presence_penalty` must be 0: .*no penalties/],
    [{logit_bias: {"5": 100}}, /`logit_bias` must be empty/],
    [{response_format: {type: "json_scheme"}}, /`response_format\.type` must be one of/],
    [{response_format: [] as never}, /`response_format`/],
    [{tool_choice: {}}, /`tool_choice`/],
    [{tool_choice: "required"}, /asks for a call, and the request has no tools/],
    [{tool_choice: {type: "function", function: {name: "look"}}}, /has no tools/],
    [{response_format: {type: "json_schema", json_schema: {schema: {allOf: [{$ref: "#"}]}}}}, /itself alone/],
    [{response_format: {type: "json_schema", json_schema: {schema: {$ref: "#"}}}}, /grammar/]
  ])("refuses %j as a bad request, and goes on", async (params, says) => {
    await expect(ask("x", params)).rejects.toMatchObject({
      kind: "bad-request",
      message: expect.stringMatching(says) as string
    });
    expect((await ask("x", {max_tokens: 1, temperature: 0})).usage?.completionTokens).toBe(1);
  });

  it("takes what clients send and what changes nothing", async () => {
    const neutral = {frequency_penalty: 0, presence_penalty: 0, logit_bias: {}, service_tier: "auto"};
    expect((await ask("x", neutral)).text).toBe((await ask("x")).text);
  });

  it("refuses tools that are none as a bad request", async () => {
    for (const tool of [null, {}, {function: {name: 3}}, {function: {name: "a", parameters: "x"}}])
      await expect(
        model.complete({model: "m", messages: [{role: "user", content: "x"}], tools: [tool as never]})
      ).rejects.toMatchObject({kind: "bad-request"});
  });

  it("says that its process ended, and answers again with a new one", async () => {
    const killed = () => process.kill(model.pid!, "SIGKILL");
    const answer = ask("long", {max_tokens: 200, temperature: 1.5}, {onText: killed});
    await expect(answer).rejects.toThrow(/ended \(SIGKILL\)\. The next call starts it again/);
    expect((await ask("again")).text).toBe((await ask("again")).text);
  });

  it("refuses every request that was on its way when its process ended, and goes on", async () => {
    await ask("before");
    process.kill(model.pid!, "SIGKILL");
    // Nothing of this process is done meanwhile: it cannot know that the other has ended.
    execFileSync("sleep", ["0.5"]);
    const asked = await Promise.allSettled(["one", "two", "three"].map((text) => ask(text)));
    for (const one of asked)
      expect(one).toMatchObject({status: "rejected", reason: {kind: "server"} as unknown});
    expect((await ask("after")).text).toBe((await ask("after")).text);
  });
});

describe("an adapter on a base", () => {
  const preflight = async (base: string, told: string[]) => {
    const one = localModel(base, {
      workspace,
      threads: 1,
      contextTokens: 128,
      adapters: {x: "steer"},
      onProgress: (message) => told.push(message)
    });
    try {
      return (await one.preflight!("x", {})).filter(({status}) => status !== "ok");
    } finally {
      await one.close!();
    }
  };
  it("is told when the weights are not those it was made on, and not for another template", async () => {
    await tinyLanguageModel(join(folder, "other"), {seed: "other"});
    const told: string[] = [];
    const [warning] = await preflight("other", told);
    expect(warning).toMatchObject({check: "model", status: "warning"});
    expect(warning!.message).toMatch(
      /The adapter x was made on .*tiny, but is put on .*other, which has other/
    );
    expect(told).toContain(warning!.message);
    await tinyLanguageModel(join(folder, "copy"));
    await writeFile(join(folder, "copy", "chat_template.jinja"), `${CHATML} `);
    expect(await preflight("copy", told)).toEqual([]);
  });
});

describe("an adapter folder as a model", () => {
  it("is its base with the adapter on, as the merged weights are", async () => {
    const scale = 8 / 4;
    const merged = await tinyLanguageModel(join(folder, "merged"), {
      spoil: (name, values) =>
        name === "model.layers.1.mlp.up_proj.weight"
          ? values.map((value, i) => {
              const [row, column] = [Math.floor(i / 64), i % 64];
              let sum = 0;
              for (let r = 0; r < 4; r++)
                sum += Math.sin((row * 4 + r + 1) * 2.3) * Math.sin((r * 64 + column + 1) * 1.7);
              return value + scale * sum;
            })
          : values
    });
    const on = localModel("steer", {workspace, threads: 1, parallel: 1, contextTokens: 128});
    const whole = localModel(merged, {workspace, threads: 1, parallel: 1, contextTokens: 128});
    try {
      const request = {
        model: "any",
        messages: [{role: "user" as const, content: "the same?"}],
        params: {temperature: 0, max_tokens: 8, logprobs: true}
      };
      const [a, b] = [await on.complete(request), await whole.complete(request)];
      expect(a.text).toBe(b.text);
      a.logprobs!.forEach(({logprob}, i) =>
        expect(Math.abs(logprob - b.logprobs![i]!.logprob)).toBeLessThan(1e-4)
      );
    } finally {
      await on.close!();
      await whole.close!();
    }
  });
});

describe("what cannot be loaded is said", () => {
  const fails = async (source: string, message: RegExp) => {
    const broken = localModel(source, {workspace});
    await expect(broken.complete({model: "x", messages: [{role: "user", content: "x"}]})).rejects.toThrow(
      message
    );
    await broken.close!();
  };

  it("a name that leads nowhere", () =>
    fails("no-such-model", /no such file or folder.*no repository name/s));
  it("a GGUF file that is cut short", async () => {
    const {path} = await import("../../../src/inference/localModels/index.js").then(
      async ({findModel, runnable}) => runnable(await findModel("tiny", workspace), workspace, {type: "q8_0"})
    );
    const cut = join(folder, "cut.gguf");
    await writeFile(cut, await readFile(path));
    await truncate(cut, 60_000);
    await fails("cut.gguf", /is damaged\. Fetch it again/);
  });
  it("an adapter file in the model's place", async () => {
    const {findModel} = await import("../../../src/inference/localModels/index.js");
    const {adapterFile} = await import("../../../src/inference/localModels/runnable.js");
    const path = await adapterFile(await findModel("steer", workspace), workspace);
    await fails(path, /is an adapter\. Give the base model/);
  });
});
