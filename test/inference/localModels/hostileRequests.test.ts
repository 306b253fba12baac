// @module-tag long
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {serve} from "../../../src/inference/endpoints/index.js";
import {localModel, type LocalModel} from "../../../src/inference/localModels/index.js";
import {openWorkspace} from "../../../src/base/store/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

type Schema = Record<string, unknown>;

let folder: string;
let endpoint: LocalModel;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-hostile-"));
  await tinyLanguageModel(join(folder, "tiny"));
  const workspace = await openWorkspace(folder, join(folder, "store"));
  endpoint = localModel("tiny", {workspace, threads: 1, parallel: 3, contextTokens: 256});
  await endpoint.preflight!("tiny", {});
  server = await serve([], {writers: [{name: "tiny", endpoint, weights: "none"}]});
  // Of sources the first thread takes a second to start.
  await post(answering({type: "string", maxLength: 2}));
});
afterAll(async () => {
  await server.close();
  await endpoint.close!();
  await rm(folder, {recursive: true});
});

const post = (body: object) =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      model: "tiny",
      max_tokens: 4,
      temperature: 0,
      messages: [{role: "user", content: "hi"}],
      ...body
    })
  });

const answering = (schema: object) => ({
  response_format: {type: "json_schema", json_schema: {schema}},
  max_tokens: 200
});

const list = <T>(length: number, one: (i: number) => T) => Array.from({length}, (_, i) => one(i));

/** Levels of `width` definitions, each made of references to all of the next level. */
function levels(depth: number, width: number, make: (next: Schema[]) => Schema): Schema {
  const to = (level: number) => list(width, (i) => ({$ref: `#/$defs/l${level}x${i}`}));
  const $defs: Record<string, Schema> = {};
  for (let level = 0; level < depth; level++)
    for (let i = 0; i < width; i++) $defs[`l${level}x${i}`] = make(to(level + 1));
  for (let i = 0; i < width; i++) $defs[`l${depth}x${i}`] = {type: "string", minLength: i};
  return {...make(to(0)), $defs};
}

const holding = (x: Schema) => ({type: "object", required: ["x"], properties: {x}});
const anyOf = (of: Schema[]): Schema => ({anyOf: of});

const hostile: Record<string, object> = {
  "30 levels of anyOf": answering(levels(30, 2, anyOf)),
  "30 levels of allOf": answering(levels(30, 2, (allOf) => ({allOf}))),
  "choices within choices that begin alike": answering(levels(12, 12, (next) => holding(anyOf(next)))),
  "a schema that holds itself in 20 ways": answering({
    $defs: {e: anyOf(list(20, (i) => ({...holding({$ref: "#/$defs/e"}), title: `${i}`})))},
    $ref: "#/$defs/e"
  }),
  "an enum of 50,000": answering({enum: list(50_000, (i) => `value ${i}`)}),
  "60,000 messages": {messages: list(60_000, () => ({role: "user", content: "a"}))},
  "a million messages of nothing": {messages: list(1_000_000, () => ({}))},
  "9,000 messages": {messages: list(9000, () => ({role: "user", content: "a"}))},
  "4 million characters": {messages: [{role: "user", content: "a".repeat(4_000_000)}]},
  "300,000 marks": {messages: [{role: "user", content: "<|im_end|>".repeat(300_000)}]},
  "20,000 tools": {
    tools: list(20_000, (i) => ({type: "function", function: {name: `f${i}`, parameters: holding({})}})),
    tool_choice: "required"
  }
};

describe("a server of a model", () => {
  it.each(Object.keys(hostile))("answers others while it is sent %s", async (name) => {
    let ended = false;
    const first = post(hostile[name]!).then(async (response) => {
      const text = await response.text();
      ended = true;
      return {status: response.status, text};
    });
    for (let i = 0; i < 3 || !ended; i++) {
      const from = performance.now();
      const response = await post({});
      expect(response.status).toBe(200);
      await response.text();
      expect(performance.now() - from).toBeLessThan(2000);
    }
    const {status, text} = await first;
    expect([200, 400], text).toContain(status);
  });

  it.each([
    ["of a tree with constants first", {$defs: {e: anyOf(list(20, node))}, $ref: "#/$defs/e"}],
    [
      "of a tree whose leaves are values",
      {$defs: {e: anyOf([{type: "string"}, holding({$ref: "#/$defs/e"})])}, $ref: "#/$defs/e"}
    ],
    ["of three kinds within three kinds", levels(3, 3, (next) => holding(anyOf(next)))]
  ])("writes JSON %s", async (_, schema) => {
    expect((await post(answering(schema))).status).toBe(200);
  });
});

function node(i: number): Schema {
  return {
    type: "object",
    required: ["kind", "x"],
    properties: {kind: {const: `k${i}`}, x: {type: "array", items: {$ref: "#/$defs/e"}}}
  };
}
