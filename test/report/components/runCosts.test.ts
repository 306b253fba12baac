import {beforeAll, expect, it} from "vitest";
import {costBeside} from "../../../src/report/components/costs/costBeside.js";
import {provenance, runList} from "../../../src/report/components/runs/runHistory.js";
import type {CostsData} from "../../../src/report/site/costTypes.js";
import type {RunManifest} from "../../../src/base/store/index.js";
import {JSDOM} from "../../support/jsdom.js";

beforeAll(() => {
  const {document, Node, NodeList, HTMLCollection, location, addEventListener} = new JSDOM("", {
    url: "http://here/"
  }).window;
  Object.assign(globalThis, {document, Node, NodeList, HTMLCollection, location, addEventListener});
});

const price = {inputUsdPerMillion: 10, outputUsdPerMillion: 30, asOf: "2026-11-01", source: "its page"};
const one = {
  name: "one",
  model: "m",
  endpoint: "e",
  endpointKind: "openai",
  hosting: "api",
  identity: {},
  params: {}
};
const judge = {
  endpoint: "jud",
  endpointKind: "openai",
  hosting: "api",
  model: "judge-1",
  price,
  answers: 36,
  counted: 30,
  promptTokens: 90,
  cachedTokens: 0,
  completionTokens: 9,
  costUsd: 3.9,
  priced: 30
};
const run = (changes: Partial<RunManifest>) =>
  ({
    id: "words-1",
    eval: "words",
    status: "complete",
    counts: {planned: 9, completed: 9, failed: 0, reused: 0, scored: 9, unscored: 0},
    unpricedCalls: 0,
    candidates: [{...one, price}],
    scorers: [
      {name: "exact", version: "aa", binary: true},
      {name: "rated", version: "bb", binary: false, asks: {model: "judge-1", endpoint: "jud", price}}
    ],
    primaryScorer: "exact",
    dataset: {name: "d", version: "v", rows: 9},
    split: {id: "s", name: "all", strategy: "random", part: "test", seed: "s"},
    variants: [],
    code: {assay: "0", node: "20"},
    command: "assay run words",
    startedAt: "2026-11-29T00:00:00Z",
    sealedAt: "2026-11-29T00:00:01Z",
    seconds: 1,
    ...changes
  }) as unknown as RunManifest;
const textOf = (shown: unknown) => (shown as Element).textContent!.replace(/\s+/g, " ");
const pageOf = (changes: Partial<RunManifest>) => textOf(provenance(run(changes)));
const joinedNames = (changes: Partial<RunManifest>) => textOf(runList({runs: [run(changes)]}));

it("the page of runs has what scorers asked of whom, at what price, and what that cost", () => {
  const scorerCalls = {calls: 37, costUsd: 3.9, models: [judge]};
  const text = pageOf({costUsd: 0.444, scorerCalls});
  expect(text).toContain("at least $3.90 for its 37 scorer calls, not counting 7 that told no tokens");
  expect(text).toMatch(/rated.*judge-1\s*jud\s*\$10.00 in, \$30.00 out/);
  expect(joinedNames({costUsd: 0.444, scorerCalls})).toContain("$0.44scorers' calls: at least $3.90");
  const untold = {
    calls: 7,
    models: [{...judge, answers: 7, counted: 0, costUsd: undefined, priced: undefined}]
  };
  expect(pageOf({scorerCalls: untold})).toContain(
    "cost of its 7 scorer calls not known: 7 that told no tokens"
  );
  expect(joinedNames({scorerCalls: untold})).toContain("scorers' calls: not known");
});

it("the page of runs calls no price unstated that is stated", () => {
  const counts = {planned: 9, completed: 9, failed: 0, reused: 9, scored: 9, unscored: 0};
  expect(pageOf({counts})).toContain("nothing: all answers were in the store");
  const untold = {unpricedCalls: 9};
  expect(pageOf(untold)).toContain("not known: 9 calls told no tokens");
  expect(joinedNames(untold)).toContain("not known");
  expect(pageOf({...untold, candidates: [one] as unknown as RunManifest["candidates"]})).toContain(
    "no price stated"
  );
  expect(pageOf({costUsd: 0.25, unpricedCalls: 2})).toContain(
    "at least $0.25, not counting 2 calls of unknown cost"
  );
});

it("the page of costs has what each model was asked beside the rows", () => {
  const asked = {by: "scorers" as const, endpoint: "jud", model: "judge-1", answers: 55, counted: 36};
  const beside = [
    {...asked, usd: 0.2709, untold: 19, unpriced: 0, estimated: {answers: 19, by: "words", usd: 0.14}}
  ];
  expect(
    textOf(costBeside({run: "r", beside, besideFailed: ["2 scorer calls failed"]} as unknown as CostsData))
  ).toContain(
    "at least $0.27 for the run, not counting 19 that told no tokens (about $0.14 by words, an estimate)"
  );
  expect(costBeside({run: "r", beside: [], besideFailed: []} as unknown as CostsData)).toBeNull();
});

it("a run's candidates stand in their verdict's order, and as they were asked without one", () => {
  const three = run({candidates: ["one", "two", "new"].map((name) => ({...one, name}))} as never);
  const summaries = [{candidate: "two · short"}, {candidate: "one · long"}, {candidate: "two · long"}];
  const namesOf = (verdicts?: {runs: {id: string; verdict: object}[]}) =>
    [...(provenance(three, verdicts as never) as Element).querySelectorAll("tbody")]
      .find((body) => body.textContent.includes("two"))!
      .querySelectorAll("th");
  const words = (cells: ArrayLike<Element>) =>
    Array.from(cells, (cell) => cell.textContent.trim().slice(0, 3));
  expect(words(namesOf())).toEqual(["one", "two", "new"]);
  expect(words(namesOf({runs: [{id: three.id, verdict: {summaries}}]}))).toEqual(["two", "one", "new"]);
  expect(words(namesOf({runs: [{id: "other", verdict: {summaries}}]}))).toEqual(["one", "two", "new"]);
});
