// @module-tag long
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {candidate, defineEval, type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {jsonFields, toolCallMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type Store} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server} from "./support/project.js";

const user = (content: string, more = {}) => ({role: "user", content, ...more});
const call = {id: "c", type: "function", function: {name: "now", arguments: "{}"}};

const shapes = [
  {
    calls: [{name: "weather", arguments: {city: "Oslo"}}],
    fields: {a: 1},
    before: [user("hi", {name: "bob"})]
  },
  {
    calls: [{name: "add", arguments: {x: 1, y: {z: 2}}}],
    fields: {a: 1, b: [{c: 2}, {d: 3}]},
    before: [user("now?"), {role: "assistant", tool_calls: [call]}]
  },
  {calls: [], fields: {e: {f: 1}}, before: []},
  {calls: [{name: "now", arguments: {}}], fields: {g: "x"}, before: []}
];

/** Rows whose objects have other keys each: DuckDB makes one structure of each column. */
const rows = Array.from({length: 24}, (_, i) => {
  const {before, ...shape} = shapes[i % shapes.length]!;
  return {id: `r${i}`, text: `say r${i}`, ...shape, messages: [...before, user(`say r${i}`)]};
});

const objects = defineDataset({
  name: "objects",
  source: {kind: "rows", rows: () => rows},
  id: "id",
  text: "text"
});

describe("members of a structure that other rows have", () => {
  let model: ModelServer;
  let store: Store;
  beforeAll(async () => {
    const folder = await temporaryProject();
    const first = await openStore(folder);
    await pull(first.workspace, objects);
    first.close();
    store = await openStore(folder);
    model = await startModelServer({
      behave({prompt}) {
        const row = rows.find(({id}) => id === prompt.split(" ").at(-1));
        if (!row) return undefined;
        const calls = row.calls.map(({name, arguments: args}) => ({
          id: "c",
          type: "function",
          function: {name, arguments: JSON.stringify(args)}
        }));
        const message = {role: "assistant", content: JSON.stringify(row.fields), tool_calls: calls};
        const choices = [{index: 0, message, finish_reason: "stop"}];
        return {body: {id: "x", object: "chat.completion", model: "test-model", choices}};
      }
    });
  });
  afterAll(async () => {
    store.close();
    await model.close();
  });

  const run = async (changes: Partial<EvalDefinition>) => {
    const before = model.requests.length;
    const definition = defineEval({
      dataset: "objects",
      split: {strategy: "random", validation: 0, test: 0.5},
      candidates: [candidate("one", server(model.url), "test-model")],
      prompt: "{{text}}",
      expected: "fields",
      scorers: {fields: jsonFields()},
      ...changes
    });
    const version = (await store.latestVersion("objects"))!;
    const split = await ensureSplit(store, version, [definition.split].flat()[0]!);
    const {manifest} = await runEval(definition, {store, version, split, evalName: "objects"});
    const scores = await store.rows<{value: number}>(
      `select value from scores where run = '${manifest!.id}' and status = 'scored'`
    );
    return {values: scores.map(({value}) => value), requests: model.requests.slice(before)};
  };

  it("are not expected of a row that lacks them", async () => {
    const {values} = await run({});
    expect(values.length).toBeGreaterThan(5);
    expect(new Set(values)).toEqual(new Set([1]));
    for (const how of ["exact", "subset"] as const) {
      const scorers = {calls: toolCallMatch({arguments: how})};
      expect(new Set((await run({expected: "calls", scorers})).values)).toEqual(new Set([1]));
    }
  });
  it("do not stand in messages, prompts and examples", async () => {
    const asked = await run({prompt: ({messages}) => messages as never});
    expect(asked.requests.length).toBeGreaterThan(2);
    for (const {body} of asked.requests)
      expect(rows.map(({messages}) => messages)).toContainEqual(body.messages);
    const shown = await run({prompt: "{{fields}} {{text}}", fewShot: {count: 4}});
    expect(shown.requests.length).toBeGreaterThan(2);
    for (const {body} of shown.requests) expect(JSON.stringify(body)).not.toContain("null");
  });
  it("are absent in what scorers and expectations are given", async () => {
    const seen: unknown[] = [];
    await run({
      expected: ({fields}) => fields,
      scorers: {
        seen: ({expected, row}) => {
          seen.push(expected, row.calls);
          return 1;
        }
      }
    });
    expect(seen.length).toBeGreaterThan(10);
    for (const value of seen)
      expect(rows.flatMap(({fields, calls}) => [fields, calls])).toContainEqual(value);
  });
});
