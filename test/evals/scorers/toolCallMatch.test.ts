import {describe, expect, it} from "vitest";
import {toolCallMatch, type ToolCallOptions} from "../../../src/evals/scorers/index.js";
import {score} from "./score.js";

type Call = [name: string, args: string];

function match(calls: Call[], expected: unknown, options?: ToolCallOptions) {
  const toolCalls = calls.map(([name, args], i) => ({
    id: String(i),
    type: "function" as const,
    function: {name, arguments: args}
  }));
  const completion = {text: "", finishReason: "tool_calls", latencyMs: 1, attempts: 1, toolCalls};
  return score(toolCallMatch(options), "", expected, {completion});
}

const weather = {name: "weather", arguments: {city: "Oslo", days: 2}};

describe("toolCallMatch", () => {
  it("compares name and arguments as JSON", async () => {
    expect(await match([["weather", '{"days": 2, "city": "Oslo"}']], weather)).toBe(1);
    expect(await match([["weather", '{"days": "2", "city": "Oslo"}']], weather)).toBe(0);
    expect(await match([["forecast", '{"days": 2, "city": "Oslo"}']], [weather])).toBe(0);
    expect(await match([["weather", '{"days": 2, "city": "Oslo", "unit": "C"}']], weather)).toBe(0);
  });
  it("compares whole numbers beyond 2^53 by their digits", async () => {
    const wanted = {name: "order", arguments: {id: "1234567890123456789"}};
    for (const how of ["exact", "subset"] as const) {
      expect(await match([["order", '{"id": 1234567890123456789}']], wanted, {arguments: how})).toBe(1);
      expect(await match([["order", '{"id": 1234567890123456788}']], wanted, {arguments: how})).toBe(0);
    }
    const number = {name: "order", arguments: {id: 1234567890123456800}};
    expect(await match([["order", '{"id": 1234567890123456800}']], number)).toBe(1);
    expect(await match([["order", '{"id": 1234567890123456789}']], number)).toBe(0);
  });
  it("takes expected calls as JSON text and in OpenAI's form", async () => {
    const call: Call[] = [["weather", '{"days": 2, "city": "Oslo"}']];
    const text = JSON.stringify(weather.arguments);
    const openAI = {id: "c", type: "function", function: {name: "weather", arguments: text}};
    const forms = [{...weather, arguments: text}, openAI, {type: "function", function: weather}];
    for (const form of forms)
      for (const expected of [form, [form], JSON.stringify(form), JSON.stringify([form])]) {
        expect(await match(call, expected)).toBe(1);
        expect(await match([["weather", '{"days": 3, "city": "Oslo"}']], expected)).toBe(0);
        expect(await match([], expected)).toBe(0);
      }
    expect(await match([], "[]")).toBe(1);
    for (const args of ["", null, undefined, "{}"])
      expect(await match([["now", "{}"]], {type: "function", function: {name: "now", arguments: args}})).toBe(
        1
      );
    const long = '[{"name": "order", "arguments": {"id": 1234567890123456789}}]';
    expect(await match([["order", '{"id": 1234567890123456789}']], long)).toBe(1);
    expect(await match([["order", '{"id": 1234567890123456788}']], long)).toBe(0);
  });
  it("can ask for at least the expected arguments, or the name alone", async () => {
    expect(
      await match([["weather", '{"days": 2, "city": "Oslo", "unit": "C"}']], weather, {arguments: "subset"})
    ).toBe(1);
    expect(await match([["weather", '{"city": "Oslo"}']], weather, {arguments: "subset"})).toBe(0);
    expect(await match([["weather", "broken"]], weather, {arguments: "name"})).toBe(1);
  });
  it("wants no call at all for an empty list", async () => {
    expect(await match([], [])).toBe(1);
    expect(await match([["weather", "{}"]], [])).toBe(0);
    expect(await score(toolCallMatch(), "plain text", [])).toBe(1);
    expect(await score(toolCallMatch(), "plain text", weather)).toBe(0);
  });
  it("counts extra, missing and repeated calls unless extra ones are allowed", async () => {
    const [a, b]: Call[] = [
      ["a", ""],
      ["b", "{}"]
    ];
    const both = [{name: "a"}, {name: "b"}];
    expect(await match([a!, b!], both)).toBe(1);
    expect(await match([b!, a!], both)).toBe(1);
    expect(await match([a!], both)).toBe(0);
    expect(await match([a!, a!], both)).toBe(0);
    expect(await match([a!, b!, b!], both)).toBe(0);
    expect(await match([a!, b!, b!], both, {allowExtra: true})).toBe(1);
  });
  it("can ask for the order", async () => {
    const both = [{name: "a"}, {name: "b"}];
    expect(
      await match(
        [
          ["b", ""],
          ["a", ""]
        ],
        both,
        {ordered: true}
      )
    ).toBe(0);
    expect(
      await match(
        [
          ["a", ""],
          ["b", ""]
        ],
        both,
        {ordered: true}
      )
    ).toBe(1);
    expect(
      await match(
        [
          ["a", ""],
          ["c", ""],
          ["b", ""]
        ],
        both,
        {ordered: true, allowExtra: true}
      )
    ).toBe(1);
    expect(
      await match(
        [
          ["b", ""],
          ["c", ""],
          ["a", ""]
        ],
        both,
        {ordered: true, allowExtra: true}
      )
    ).toBe(0);
  });
  it("does not let a loose expectation take the call a strict one needs", async () => {
    const expected = [{name: "a"}, {name: "a", arguments: {x: 1}}];
    expect(
      await match(
        [
          ["a", '{"x": 1}'],
          ["a", '{"y": 2}']
        ],
        expected,
        {arguments: "subset"}
      )
    ).toBe(1);
  });
  it("matches nothing with arguments that are no object, and fails a malformed expectation", async () => {
    for (const text of ["[1]", "nope", "null"]) expect(await match([["a", text]], {name: "a"})).toBe(0);
    for (const expected of [
      undefined,
      "a",
      "null",
      [{}],
      {name: 1},
      {name: "a", arguments: "x"},
      {name: "a", arguments: "[1]"},
      {type: "function", function: {arguments: "{}"}},
      '[{"arguments": {}}]'
    ]) {
      expect(await match([], expected)).toEqual({failed: expect.any(String)});
    }
  });
});
