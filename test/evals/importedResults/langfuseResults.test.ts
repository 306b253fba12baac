import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";

const folder = mkdtempSync(join(tmpdir(), "langfuse-"));
let files = 0;

const score = (more: object) => ({
  id: `s${files++}`,
  traceId: "1",
  name: "v",
  dataType: "NUMERIC",
  value: 1,
  ...more
});
const trace = (id: string, scores: object[], more: object = {}) => ({
  id,
  timestamp: "2026-01-01T00:00:00Z",
  name: "t",
  input: `q${id}`,
  output: "a",
  release: "r1",
  scores,
  ...more
});

async function combined(...documents: object[]) {
  const paths = documents.map((document) => {
    const path = join(folder, `${files++}.json`);
    writeFileSync(path, JSON.stringify(document));
    return path;
  });
  return combine(await readResults(paths));
}

it("the number beside a word is a default: the word is the score, or there is none", async () => {
  const of = (stringValue: string) => score({dataType: "CATEGORICAL", value: 0, stringValue});
  const {answers} = await combined({
    data: [trace("1", [of("pass"), score({name: "n"})]), trace("2", [of("partly"), score({name: "n"})])]
  });
  expect(answers.map(({scores}) => scores[0])).toMatchObject([
    {value: 1, details: {label: "pass"}},
    {value: undefined, reason: "the export holds no number", details: {label: "partly"}}
  ]);
  const yes = score({dataType: "BOOLEAN", value: 1, stringValue: "True"});
  expect((await combined({data: [trace("1", [yes])]})).answers[0]!.scores[0]!.value).toBe(1);
});

it("a scored answer of a run without an output did not fail, an unscored one did", async () => {
  const items = ["1", "2"].map((traceId) => ({datasetRunName: "run", datasetItemId: `i${traceId}`, traceId}));
  const {answers} = await combined(
    {data: [trace("1", [score({})], {output: null}), trace("2", [], {output: null})]},
    {name: "run", datasetRunItems: items}
  );
  expect(answers.map(({failed, scores}) => [failed, scores.length])).toEqual([
    [undefined, 1],
    ["the trace has no output", 0]
  ]);
  expect(answers[0]!.output).toBeUndefined();
});

it("−1 is a cost and a latency that were not fetched, and 0 a cost that is not known", async () => {
  const of = (value: number) => trace("1", [score({})], {latency: value, totalCost: value});
  expect((await combined({data: [of(-1)]})).answers[0]).toMatchObject({
    latencyMs: undefined,
    costUsd: undefined
  });
  expect((await combined({data: [of(0.5)]})).answers[0]).toMatchObject({latencyMs: 500, costUsd: 0.5});
  expect((await combined({data: [of(0)]})).answers[0]!.costUsd).toBeUndefined();
});

it("scores of one name by a program, by a person and on an observation are scorers apart", async () => {
  const human = score({source: "ANNOTATION", value: 0});
  const seen = [score({observationId: "o"}), score({observationId: "p", value: 0})];
  const {scorers, answers} = await combined({
    data: [trace("1", [score({}), human, ...seen]), trace("2", [human])]
  });
  expect(scorers.map(({name, human}) => [name, human])).toEqual([
    ["v", false],
    ["v (human)", true],
    ["v (observation)", false],
    ["v (observation) 2", false]
  ]);
  expect(answers[1]!.scores).toMatchObject([{scorer: "v (human)", value: 0}]);
  expect((await combined({data: [trace("1", [human])]})).scorers[0]).toMatchObject({name: "v", human: true});
});

it("a person's scores are apart from a program's of that name where no trace has both", async () => {
  const human = score({source: "ANNOTATION", value: 0});
  const {scorers, answers} = await combined(
    {data: [trace("1", [score({})]), trace("2", [])]},
    {data: [{...human, traceId: "2"}]}
  );
  expect(scorers.map(({name, human}) => [name, human])).toEqual([
    ["v", false],
    ["v (human)", true]
  ]);
  expect(answers.map(({scores}) => scores.map(({value}) => value))).toEqual([[1], [0]]);
});

it("one trace, as the API gives it with its scores, is read", async () => {
  const {answers} = await combined(trace("1", [score({})], {observations: []}));
  expect(answers).toMatchObject([{candidate: "r1", output: "a", scores: [{scorer: "v", value: 1}]}]);
});

it("a page of several is told, until all of them are there", async () => {
  const page = (page: number) => ({
    data: [trace(String(page), [score({traceId: String(page)})])],
    meta: {page, limit: 1, totalItems: 2, totalPages: 2}
  });
  expect((await combined(page(1))).lacks).toEqual([
    expect.stringMatching(/\.json is page 1 of 2: fetch the others, and name all files/)
  ]);
  expect((await combined(page(1), page(2))).lacks).toEqual([]);
});

it("dataset items may stand in a file of their own", async () => {
  const items = {
    data: [{id: "i1", datasetId: "d", input: "q1", expectedOutput: "b", metadata: {topic: "t"}}]
  };
  const {rows} = await combined(
    {data: [trace("1", [score({})])]},
    {name: "run", datasetRunItems: [{datasetRunName: "run", datasetItemId: "i1", traceId: "1"}]},
    items
  );
  expect(rows).toMatchObject([{id: "i1", expected: "b", slices: {topic: "t"}}]);
  await expect(combined(items)).rejects.toThrow(/holds no trace with a score/);
});
