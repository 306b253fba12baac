import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";

const folder = mkdtempSync(join(tmpdir(), "promptfoo-"));
let files = 0;

/** One result as promptfoo writes it; what is stated replaces what it would be. */
const result = (provider: string | object, question: string, more: object = {}) => ({
  promptIdx: 0,
  testIdx: 0,
  promptId: "p",
  provider: typeof provider === "string" ? {id: provider} : provider,
  prompt: {raw: `Queue of: ${question}`, label: "Name the queue of this ticket in one word: {{question}}"},
  vars: {question},
  success: true,
  score: 1,
  failureReason: 0,
  response: {output: "x"},
  testCase: {vars: {question}, assert: [{type: "llm-rubric", value: "polite"}]},
  ...more
});

async function combined(...documents: object[][]) {
  const paths = documents.map((results) => {
    const path = join(folder, `${files++}.json`);
    writeFileSync(path, JSON.stringify({results: {version: 3, results}}));
    return path;
  });
  const {rows, candidates, answers, repeats} = combine(await readResults(paths));
  return {
    rows,
    repeats,
    names: candidates.map(({name}) => name),
    places: answers.map(({row, candidate, repeat}) => [
      rows.findIndex(({id}) => id === row),
      candidate,
      repeat
    ]),
    candidates,
    answers
  };
}

it("the answers of --repeat, which have numbers of their own, are repeats of one row", async () => {
  const {rows, repeats, places} = await combined(
    [0, 1, 2, 3, 4, 5].map((i) => result("a", i < 3 ? "parcel" : "refund", {testIdx: i}))
  );
  expect(rows.map(({input}) => input)).toEqual(["Queue of: parcel", "Queue of: refund"]);
  expect(repeats).toBe(3);
  expect(places.map(([row, , repeat]) => [row, repeat])).toEqual(
    [0, 1].flatMap((r) => [0, 1, 2].map((n) => [r, n]))
  );
});

it("equal tests of a file are rows of their own, and each its answer's", async () => {
  const questions = ["parcel", "refund", "parcel", "cable"];
  const {rows, repeats, places} = await combined(
    ["a", "b"].flatMap((provider, p) =>
      questions.map((question, i) => result(provider, question, {testIdx: i, promptIdx: p}))
    )
  );
  expect(rows).toHaveLength(4);
  expect(repeats).toBe(1);
  expect(new Set(places.map(([row, candidate]) => `${row} ${candidate}`)).size).toBe(8);
});

it("tests of two configurations are paired by what they say, never by their place", async () => {
  const {rows, places} = await combined(
    [result("a", "parcel"), result("a", "refund", {testIdx: 1})],
    [result("b", "refund"), result("b", "closing", {testIdx: 1})]
  );
  expect(rows).toHaveLength(3);
  expect(places).toEqual([
    [0, "a", 0],
    [1, "a", 0],
    [1, "b", 0],
    [2, "b", 0]
  ]);
});

it("a test's own id names its row, and the tests that one id stands for are told apart", async () => {
  const metadata = {id: "t1"};
  const of = (question: string) => result("a", question, {testCase: {vars: {question}, metadata}});
  expect((await combined([of("x")])).rows.map(({id}) => id)).toEqual(["t1"]);
  const {rows} = await combined([of("x"), of("y"), of("x")]);
  expect(rows).toHaveLength(2);
  for (const {id} of rows) expect(id).toMatch(/^t1-[0-9a-f]{12}$/);
});

it("one prompt for two providers is no part of their names, and two prompts are told by theirs", async () => {
  const two = await combined([result("openai:gpt-4o", "x"), result("anthropic:claude", "x", {promptIdx: 1})]);
  expect(two.names).toEqual(["openai:gpt-4o", "anthropic:claude"]);
  const label = (name: string) => ({promptId: name, prompt: {raw: "x", label: name}});
  const four = await combined([
    result("a", "x", label("short")),
    result("a", "x", {promptIdx: 1, promptId: "long", prompt: {raw: "x", label: "with {{question}}"}}),
    result("b", "x", {promptIdx: 2, ...label("short")})
  ]);
  expect(four.names).toEqual(["a · short", "a · prompt 2", "b"]);
});

it("two configurations of one provider stay two candidates", async () => {
  const {names, repeats} = await combined([result("a", "x"), result("a", "x", {promptIdx: 1})]);
  expect([names, repeats]).toEqual([["a", "a (2)"], 1]);
});

it("an expected value is filled from the test's variables, and unknown where one is not there", async () => {
  const of = (question: string, value: unknown, vars: object) =>
    result("a", question, {vars: {question, ...vars}, testCase: {assert: [{type: "equals", value}]}});
  const {rows} = await combined([
    of("1", "{{expected}}", {expected: "shipping"}),
    of("2", "the {{ to.queue }} queue", {to: {queue: "billing"}}),
    of("3", "{{expected}} {{other}}", {expected: "x"}),
    of("4", "{{expected | upper}}", {expected: "x"}),
    of("5", "plain", {})
  ]);
  expect(rows.map(({expected}) => expected)).toEqual([
    "shipping",
    "the billing queue",
    undefined,
    undefined,
    "plain"
  ]);
});

it("an answer without an output failed, though promptfoo scores it 0", async () => {
  const {answers} = await combined([
    result("a", "x", {success: false, score: 0, error: "No output", response: {output: null}}),
    result("a", "y")
  ]);
  expect(answers.map(({failed}) => failed)).toEqual(["No output", undefined]);
});

it("a cost and a time of 0 are not known, unless the answer itself states that it cost nothing", async () => {
  const {answers} = await combined([
    result("a", "parcel", {cost: 0.002, latencyMs: 120, response: {output: "x", cost: 0.001}}),
    result("b", "parcel", {cost: 0, latencyMs: 0}),
    result("c", "parcel", {cost: 0, response: {output: "x", cost: 0}}),
    result("d", "parcel", {cost: 0.002})
  ]);
  expect(answers.map(({costUsd, latencyMs}) => [costUsd, latencyMs])).toEqual([
    [0.001, 120],
    [undefined, undefined],
    [0, undefined],
    [0.002, undefined]
  ]);
  await expect(combined([result("a", "parcel", {response: {output: "x", cost: -1}})])).rejects.toThrow(
    /holds a cost below 0 of a on row/
  );
});

it("the time and a cost of 0 of an answer from the cache are the cache's, and not the model's", async () => {
  const cached = (more: object) => ({cost: 0, latencyMs: 1, response: {output: "x", cached: true, ...more}});
  const {answers} = await combined([
    result("a", "parcel", cached({})),
    result("b", "parcel", cached({latencyMs: 800, cost: 0.001})),
    result("c", "parcel", cached({latencyMs: 0, cost: 0})),
    result("d", "parcel", {...cached({cached: false, cost: 0}), latencyMs: 900})
  ]);
  expect(answers.map(({latencyMs, costUsd}) => [latencyMs, costUsd])).toEqual([
    [undefined, undefined],
    [800, 0.001],
    [undefined, undefined],
    [900, 0]
  ]);
});

it("a provider's address keeps its host and path, and no credential is read", async () => {
  const secret = "https://user:hunter2pw@example.com/v1/x?api_key=SECRETQUERY9";
  const {names, answers, candidates} = await combined([
    result(`${secret}1`, "parcel"),
    result({id: `${secret}2`, label: ""}, "parcel", {promptIdx: 1}),
    result({id: "a", label: `my ${secret}3`}, "parcel", {
      promptIdx: 2,
      response: {},
      failureReason: 2,
      error: `Request to ${secret}3 failed`
    })
  ]);
  const plain = "https://example.com/v1/x?api_key=hidden";
  expect(names).toEqual([plain, `${plain} (2)`, `my ${plain}`]);
  expect(answers[0]!.model).toBe(plain);
  expect(answers[2]!.failed).toBe(`Request to ${plain} failed`);
  expect(JSON.stringify([answers, candidates])).not.toMatch(/hunter2pw|SECRETQUERY/);
});

it("named metrics that are called as promptfoo's own scores are, are scorers apart", async () => {
  const {answers} = await combined([
    result("a", "parcel", {success: false, score: 0.25, namedScores: {pass: 1, score: 0.75, tone: 0.5}})
  ]);
  expect(answers[0]!.scores.map(({scorer, value}) => [scorer, value])).toEqual([
    ["pass", 0],
    ["score", 0.25],
    ["pass (metric)", 1],
    ["score (metric)", 0.75],
    ["tone", 0.5]
  ]);
});

it("a scorer that occurs twice in one answer is refused", async () => {
  const twice = {namedScores: {pass: 1, "pass (metric)": 0}};
  await expect(combined([result("a", "parcel"), result("a", "refund", twice)])).rejects.toThrow(
    /\.json holds two scores by pass \(metric\) in one answer of a on row test-\w+\. Give each scorer a name/
  );
});
