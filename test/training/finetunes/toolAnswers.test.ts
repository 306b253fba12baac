// @module-tag long
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type AnswersForm,
  answersOf,
  defineDataset,
  partRows,
  pull
} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {openAICompatible, type ToolDefinition} from "../../../src/inference/endpoints/index.js";
import {openStore, type Store} from "../../../src/base/store/index.js";
import {chatTemplate} from "../../../src/weights/chatTemplates/index.js";
import {prompterOf} from "../../../src/inference/localModels/chatPrompt.js";
import {finetune, type FinetuneDefinition, type TextReader} from "../../../src/training/finetunes/index.js";
import {exportTraining} from "../../../src/training/finetunes/exports/exportTraining.js";
import {prepareRows} from "../../../src/training/finetunes/language/prepare.js";
import type {PreferencePair, TokenExample} from "../../../src/training/trainer/index.js";
import {job, openService, trainingFiles} from "../../../src/training/jobs/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {QWEN} from "./support/qwen.js";

const tools: ToolDefinition[] = [
  {
    type: "function",
    function: {name: "weather", parameters: {type: "object", properties: {city: {type: "string"}}}}
  }
];
const cities = ["Rome", "Oslo", "Lima", "Kyiv"];
const rows = Array.from({length: 8}, (_, i) => ({
  id: `r${i}`,
  part: "train",
  // Every fourth is answered in words.
  text: i % 4 === 3 ? `Thank you, number ${i}` : `Weather number ${i} in ${cities[i % 4]}`
}));
const history = [
  {role: "user", content: "Hello"},
  {role: "assistant", content: "An earlier answer"}
] as const;
/** Every other row is asked in one message. */
const promptOf = (text: string) => [
  ...(Number(/\d+/.exec(text)) % 2 === 0 ? history : []),
  {role: "user" as const, content: text}
];
const split = {name: "given", strategy: "given", column: "part"} as const;
const reader: TextReader = {
  encode: (text) => [...text].map((character) => character.codePointAt(0)!),
  template: chatTemplate(QWEN),
  special: {},
  vocabulary: 1 << 20
};

let server: ModelServer;
let store: Store;

const callOf = (text: string, good: boolean) => {
  const city = /in (\w+)$/.exec(text)?.[1];
  return city === undefined
    ? undefined
    : [
        {
          id: `call-${city}`,
          type: "function" as const,
          function: {name: "weather", arguments: JSON.stringify({city: good ? city : "Nowhere"})}
        }
      ];
};

beforeAll(async () => {
  server = await startModelServer({
    models: ["good", "bad"],
    behave({body, prompt}) {
      const good = body.model === "good";
      const calls = callOf(prompt, good);
      const words = good ? "You are welcome." : "What?";
      const logprobs = [{token: "x", logprob: -0.1, top_logprobs: []}];
      return {
        body: {
          id: "1",
          object: "chat.completion",
          model: body.model,
          choices: [
            {
              index: 0,
              message: {role: "assistant", content: calls ? null : words, tool_calls: calls},
              logprobs: {content: logprobs},
              finish_reason: calls ? "tool_calls" : "stop"
            }
          ],
          usage: {prompt_tokens: 10, completion_tokens: 5, total_tokens: 15}
        }
      };
    }
  });
  const workspace = await temporaryWorkspace();
  const dataset = defineDataset({
    name: "asked",
    id: "id",
    text: "text",
    sensitivity: "public",
    source: {kind: "rows", rows: () => rows}
  });
  const {version} = await pull(workspace, dataset);
  store = await openStore(workspace);
  const endpoint = openAICompatible({name: "api", baseUrl: server.url, hosting: "on-prem", trust: "local"});
  const asked = (name: string) =>
    candidate(name, endpoint, name, {tools, params: {logprobs: true, top_logprobs: 1}});
  const {manifest} = await runEval(
    defineEval({
      dataset: "asked",
      split,
      part: "train",
      candidates: [asked("good"), asked("bad")],
      prompt: ({text}) => promptOf(String(text)),
      scorers: {
        right: ({completion}) => !/Nowhere|What/.test(JSON.stringify([completion.text, completion.toolCalls]))
      }
    }),
    {
      store,
      version,
      split: await ensureSplit(store, version, split),
      evalName: "teacher",
      options: {preflight: false}
    }
  );
  expect(manifest!.counts).toMatchObject({completed: 16, scored: 16});
  store.refresh();
});
afterAll(async () => {
  await store.close();
  await server.close();
});

const source = (form: AnswersForm) =>
  answersOf("teacher", {
    form,
    candidates: form === "pairs" || form === "kto" ? undefined : "good"
  });

async function learned(form: AnswersForm) {
  const {version} = await pull(
    store.workspace,
    defineDataset({name: `learned-${form}`, source: source(form)})
  );
  const own = await ensureSplit(store, version, {name: "answers", strategy: "given", column: "part"});
  store.refresh();
  return {version, own};
}

/** The rows as training reads them, and their texts by the template. */
async function prepared<T extends TokenExample | PreferencePair>(
  form: AnswersForm,
  format: FinetuneDefinition["format"],
  more: Partial<FinetuneDefinition> = {}
) {
  const {version, own} = await learned(form);
  const {definition} = finetune({
    dataset: source(form),
    base: "nothing",
    format,
    method: "full",
    ...more
  } as Parameters<typeof finetune>[0]);
  const found = await prepareRows<T>(
    definition,
    reader,
    partRows(store, store.workspace, version, own, "train") as Parameters<typeof prepareRows>[2],
    4096
  );
  expect(found.broken).toEqual([]);
  return found.items;
}

const textOf = ({ids}: TokenExample) => String.fromCodePoint(...ids);
const taught = ({labels}: TokenExample) => String.fromCodePoint(...labels.filter((label) => label >= 0));
const prompts = rows.map(({text}) => prompterOf({template: QWEN}).prompt(promptOf(text), tools));
const calls = (city: string) => `\n{"name": "weather", "arguments": {"city": "${city}"}}<|im_end|>\n`;
const expected = rows.map((_, i) => (i % 4 === 3 ? "You are welcome.<|im_end|>\n" : calls(cities[i % 4]!)));

describe("answers that call tools, asked within a conversation", () => {
  for (const [form, format] of [
    ["answers", "chat"],
    ["answers", "prompt"],
    ["soft", "prompt"]
  ] as const)
    it(`are learned as ${form} in format ${format} under the prompt that the base is asked with`, async () => {
      const items = await prepared<TokenExample>(form, format, form === "soft" ? {soft: {share: 0.5}} : {});
      expect(items).toHaveLength(8);
      for (const [i, item] of items.entries()) {
        expect(textOf(item)).toBe(
          `${prompts[i]!.replace(/\n$/, "")}${textOf(item).slice(prompts[i]!.length - 1)}`
        );
        expect(taught(item).trimStart()).toBe(expected[i]!.trimStart());
        expect(textOf(item).endsWith(expected[i]!)).toBe(true);
      }
    });

  it("are learned as pairs", async () => {
    const items = await prepared<PreferencePair>("pairs", "preference");
    expect(items).toHaveLength(8);
    for (const [i, {chosen, rejected}] of items.entries()) {
      expect(textOf(chosen).startsWith(prompts[i]!.replace(/\n$/, ""))).toBe(true);
      expect(taught(chosen).trimStart()).toBe(expected[i]!.trimStart());
      expect(taught(rejected).trim()).toBe(i % 4 === 3 ? "What?<|im_end|>" : calls("Nowhere").trim());
    }
  });

  it("are written with their tools in every format that has a place for them", async () => {
    const folder = await temporaryProject();
    const written = async (form: AnswersForm, format: string) => {
      const {version} = await learned(form);
      const out = join(folder, `${form}-${format}.jsonl`);
      const columns = form === "pairs" ? {prompt: "prompt", chosen: "chosen", rejected: "rejected"} : {};
      await exportTraining(store, {dataset: version.dataset, part: "train", format, out, ...columns});
      const lines = (await readFile(out, "utf8")).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const [call] = callOf(rows[0]!.text, true)!;
    const answer = {role: "assistant", content: "", tool_calls: [call]};
    const before = [history[0], {...history[1], weight: 0}, {role: "user", content: rows[0]!.text}];
    const openai = await written("answers", "openai");
    expect(openai).toHaveLength(8);
    expect(openai[0]).toEqual({messages: [...before, answer], tools});
    const [trl] = await written("answers", "trl");
    expect(trl).toMatchObject({
      tools,
      messages: [{}, {}, {}, {tool_calls: [{function: {arguments: {city: "Rome"}}}]}]
    });
    const pairs = await written("pairs", "openai-dpo");
    expect(pairs[0]).toMatchObject({
      input: {messages: [...history, before[2]], tools},
      preferred_output: [answer],
      non_preferred_output: [{tool_calls: [{function: {arguments: '{"city":"Nowhere"}'}}]}]
    });
    expect((await written("pairs", "trl-dpo"))[0]).toMatchObject({tools, chosen: [{tool_calls: [{}]}]});
    await expect(written("pairs", "axolotl-dpo")).rejects.toThrow(/axolotl-dpo cannot hold it/);
    const kto = await written("kto", "trl-kto");
    expect(kto).toHaveLength(16);
    expect(kto[0]).toMatchObject({tools, completion: [{tool_calls: [{}]}]});
    expect(kto.filter(({label}) => label)).toHaveLength(8);
  });

  it("are sent to jobs with their tools", async () => {
    const {version} = await learned("answers");
    const folder = await temporaryProject();
    const {definition} = job({
      dataset: source("answers"),
      base: "org/model",
      format: "prompt",
      on: {service: "command", trust: "local", tool: "trl", run: "true"}
    });
    await trainingFiles(
      store,
      {name: "elsewhere", definition: {...definition, dataset: version.dataset}},
      openService(definition.on),
      version,
      {folder, onMessage: () => undefined}
    );
    const lines = (await readFile(join(folder, "train.jsonl"), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(8);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({tools});
  });
});
