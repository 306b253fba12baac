import {describe, expect, it} from "vitest";
import {createBits} from "../../src/runner/bits.js";
import {rangesOf} from "../../src/runner/chunks.js";
import {completionKeys, messagesJson} from "../../src/runner/completionKey.js";
import {placesOf, variantsOf} from "../../src/runner/prompts.js";
import {createTally} from "../../src/runner/tally.js";
import {hashJson} from "../../src/store/index.js";

describe("completionKeys", () => {
  const parts = {identity: {url: "u", a: "b"}, model: "m", params: {top_p: 1, temperature: 0}};
  const messages = [{role: "user" as const, content: 'say "hi"'}];

  it("is the hash of the canonical JSON of everything that decides the answer", () => {
    expect(completionKeys(parts)(messagesJson(messages), 2)).toBe(
      hashJson({...parts, messages, repeat: 2, tools: []})
    );
    expect(completionKeys(parts)(messagesJson(messages), 0, "r1")).toBe(
      hashJson({...parts, messages, repeat: 0, tools: [], row: "r1"})
    );
  });

  it("does not depend on the order in which identity or parameters are written", () => {
    const turned = {identity: {a: "b", url: "u"}, model: "m", params: {temperature: 0, top_p: 1}};
    expect(completionKeys(turned)(messagesJson(messages), 0)).toBe(
      completionKeys(parts)(messagesJson(messages), 0)
    );
  });

  it("changes with identity, model, parameters, messages, tools and repeat", () => {
    const tool = {type: "function" as const, function: {name: "f"}};
    const keys = [
      completionKeys(parts)(messagesJson(messages), 0),
      completionKeys(parts)(messagesJson(messages), 1),
      completionKeys(parts)(messagesJson([...messages, ...messages]), 0),
      completionKeys({...parts, identity: {url: "v"}})(messagesJson(messages), 0),
      completionKeys({...parts, model: "n"})(messagesJson(messages), 0),
      completionKeys({...parts, params: {temperature: 1}})(messagesJson(messages), 0),
      completionKeys({...parts, tools: [tool]})(messagesJson(messages), 0)
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("prompts", () => {
  it("fill places with cells, and leave an empty cell empty", () => {
    const [variant] = variantsOf("{{ subject }}: {{text}} {{n}} {{list}}", [], () => "");
    const row = {id: "1", subject: null, text: "a {{text}}", n: 1.5, list: ["x"]};
    expect(variant!.render(row)).toEqual({messages: [{role: "user", content: ': a {{text}} 1.5 ["x"]'}]});
    expect(placesOf("{{ subject }} {{text}}")).toEqual(["subject", "text"]);
  });

  it("say so when a function gives neither text nor messages", () => {
    const [variant] = variantsOf({none: () => []}, [], () => "");
    expect(variant!.render({id: "1"}).failed).toMatch(/neither text nor a list of messages/);
  });
});

describe("createBits", () => {
  it("counts each member once", () => {
    const bits = createBits(20);
    for (const n of [0, 7, 8, 19, 19]) bits.add(n);
    expect(bits.count).toBe(4);
    expect(Array.from({length: 20}, (_bit, n) => n).filter((n) => bits.has(n))).toEqual([0, 7, 8, 19]);
  });
});

describe("rangesOf", () => {
  it("covers every number once, in order, and is empty for none", () => {
    expect(rangesOf(0)).toEqual([]);
    expect(rangesOf(5, 2)).toEqual([
      {from: 0, to: 2},
      {from: 2, to: 4},
      {from: 4, to: 5}
    ]);
  });
});

describe("createTally", () => {
  it("gives rate, time left, cost and each candidate's mean, and nothing of what is unknown", () => {
    let now = 0;
    const tally = createTally(["a", "b"], {planned: 10, done: 4, failed: 1, reused: 3}, () => now);
    expect(tally.progress("running")).toEqual({
      phase: "running",
      done: 4,
      planned: 10,
      failed: 1,
      reused: 3,
      candidates: [
        {name: "a", called: 0, failed: 0, scored: 0},
        {name: "b", called: 0, failed: 0, scored: 0}
      ]
    });
    now = 2000;
    tally.ended(0, false, 0.5);
    tally.ended(0, true, undefined);
    tally.scored(0, 0.25);
    expect(tally.progress("running")).toMatchObject({
      done: 6,
      failed: 2,
      costUsd: 0.5,
      ratePerSecond: 1,
      etaSeconds: 4
    });
    expect(tally.progress("running").candidates[0]).toEqual({
      name: "a",
      called: 2,
      failed: 1,
      scored: 1,
      mean: 0.25
    });
  });
});
