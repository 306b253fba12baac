import {describe, expect, it} from "vitest";
import {assertions, type AssertionsOptions, type Scorer} from "../../../src/evals/scorers/index.js";

async function scored(output: string, assert: unknown, options?: AssertionsOptions) {
  const score: Scorer = assertions(options);
  return score({output, row: {id: "1", assert}, expected: undefined, messages: [], completion: {} as never});
}

const withB = {type: "object", required: ["b"]};

describe("assertions", () => {
  const cases: [assertion: object, passes: string, fails: string][] = [
    [{type: "equals", value: "Yes"}, "Yes", "yes"],
    [{type: "equals", value: {a: 1}}, '{"a": 1.0}', '{"a": 2}'],
    [
      {type: "equals", value: {a: "1234567890123456789"}},
      '{"a": 1234567890123456789}',
      '{"a": 1234567890123456788}'
    ],
    [{type: "contains", value: "es"}, "Yes", "YES"],
    [{type: "icontains", value: "es"}, "YES", "no"],
    [{type: "contains-all", value: ["a", "b"]}, "b a", "a"],
    [{type: "icontains-any", value: ["a", "b"]}, "B", "c"],
    [{type: "contains-any", value: "Paris, Lyon"}, "It is Lyon.", "or"],
    [{type: "contains-all", value: ' a,, "b, c" , "d ""e"" \\\\" ,f g '}, 'b, c a d "e" \\ f g', "b a d f g"],
    [{type: "icontains-any", value: "Paris, Lyon"}, "lyon", "nice"],
    [{type: "icontains-all", value: "Paris,Lyon"}, "LYON PARIS", "Paris"],
    [{type: "not-contains-any", value: "Paris, Lyon"}, "Nice", "Lyon"],
    [{type: "contains-any", value: ["a, b"]}, "a, b", "a"],
    [{type: "is-json", value: withB}, '{"b": 1}', '{"a": 1}'],
    [{type: "is-json", value: JSON.stringify(withB)}, '{"b": 1}', '{"a": 1}'],
    [{type: "is-json", value: "type: object\nrequired: [b]"}, '{"b": 1}', "no"],
    [{type: "not-is-json", value: withB}, '{"a": 1}', '{"b": 1}'],
    [{type: "contains-json", value: withB}, 'So {"a": "}"} or {this}: {"b": {"c": 1}}', '{"a": {"b": 1}}'],
    [{type: "contains-json", value: {type: "array"}}, "So: [1]", 'So: {"a": [1]}'],
    [{type: "not-contains-json", value: withB}, 'So {"a": 1}', 'So {"a": 1} and {"b": 1}'],
    [{type: "contains-json", value: {prefixItems: [{type: "number"}]}}, "[1]", '["a"]'],
    [{type: "starts-with", value: "A"}, "Ab", "bA"],
    [{type: "regex", value: "^\\d+$"}, "12", "1a"],
    [{type: "is-json"}, "[1]", "```json\n[1]\n```"],
    [{type: "contains-json"}, 'so: {"a": 1}', "so"],
    [{type: "contains-json"}, 'so {"a": 1} and {"b": 1}', "so {a}"],
    [{type: "levenshtein", value: "kitten", threshold: 3}, "sitting", "sit"],
    [{type: "rouge-n", value: "the cat sat", threshold: 0.6}, "the cat", "a dog"],
    [{type: "bleu", value: "billing"}, "billing", "shipping"],
    [{type: "not-contains", value: "sorry"}, "fine", "sorry"]
  ];
  it.each(cases)("%j", async (assertion, passes, fails) => {
    expect(await scored(passes, [assertion])).toMatchObject({value: 1, details: {failed: []}});
    expect(await scored(fails, JSON.stringify([assertion]))).toMatchObject({value: 0});
  });

  it("reads whole numbers beyond 2^53 of a row's JSON by their digits", async () => {
    const assert = '[{"type": "equals", "value": {"a": 1234567890123456789}}]';
    expect(await scored('{"a": 1234567890123456789}', assert)).toMatchObject({value: 1});
    expect(await scored('{"a": 1234567890123456788}', assert)).toMatchObject({value: 0});
  });

  it("needs all of a row's assertions, or their weighted mean with a threshold", async () => {
    const assert = [
      {type: "contains", value: "a", metric: "first", weight: 3},
      {type: "contains", value: "b"}
    ];
    expect(await scored("a", assert)).toMatchObject({value: 0, details: {failed: ["contains"]}});
    expect(await scored("a", assert, {threshold: 0.75})).toMatchObject({value: 1});
    expect(await scored("b", assert, {threshold: 0.75})).toMatchObject({
      value: 0,
      details: {failed: ["first"]}
    });
  });

  it("fails, and does not score 0, where nothing can be checked", async () => {
    expect(await scored("x", undefined)).toHaveProperty("failed");
    expect(await scored("x", [])).toHaveProperty("failed");
    expect(await scored("x", [{type: "llm-rubric"}])).toEqual({failed: "there is no assertion llm-rubric"});
    expect(await scored("x", [{type: "regex", value: "("}])).toHaveProperty("failed");
    for (const value of ['a, "b', 'a, "b" c'])
      expect(await scored("a", [{type: "contains-any", value}])).toEqual({
        failed: "an assertion's value has a quotation mark that is not closed, or text behind one"
      });
    for (const value of [{type: "nonsense"}, {$schema: "x"}, "[", "text", [1], 1])
      expect(await scored("{}", [{type: "contains-json", value}])).toEqual({
        failed: expect.stringMatching(/^an assertion's value is no (valid )?JSON schema$/)
      });
    for (const type of ["constructor", "toString", "not-constructor"])
      expect(await scored("x", [{type, value: 1}])).toEqual({failed: `there is no assertion ${type}`});
  });
});
