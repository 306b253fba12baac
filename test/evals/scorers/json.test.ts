import {describe, expect, it} from "vitest";
import {jsonFields, jsonSchema} from "../../../src/evals/scorers/index.js";
import {score, scoreInput} from "./score.js";

const person = {
  type: "object",
  properties: {name: {type: "string"}, age: {type: "integer", minimum: 0}},
  required: ["name", "age"],
  additionalProperties: false
};

describe("jsonSchema", () => {
  it("accepts JSON that the schema accepts, fenced or not", async () => {
    expect(await score(jsonSchema(person), '{"name": "Zoë", "age": 3}')).toBe(1);
    expect(await score(jsonSchema(person), '```json\n{"name": "Zoë", "age": 3}\n```\n')).toBe(1);
  });
  it("says what is wrong without repeating the output", () => {
    expect(jsonSchema(person)(scoreInput('{"name": 7, "age": -1, "secret": 1}'))).toEqual({
      value: 0,
      details: {
        problems: expect.arrayContaining([
          expect.stringContaining("/name must be string"),
          expect.stringContaining("/age must be >= 0"),
          expect.stringContaining("additional properties (secret)")
        ])
      }
    });
  });
  it("is 0 for text that is no JSON, unless it may search", async () => {
    const output = 'Here [it] is: {"name": "A", "age": 1}. Done';
    expect(await score(jsonSchema(person), "")).toBe(0);
    expect(await score(jsonSchema(person), output)).toBe(0);
    expect(await score(jsonSchema(person, {search: true}), output)).toBe(1);
    expect(
      await score(jsonSchema(person, {search: true}), 'So:\n```\n{"name": "A", "age": 1}\n```\nOk?')
    ).toBe(1);
    expect(await score(jsonSchema(person, {search: true}), "none")).toBe(0);
  });
  it("reads fences of any length and language, and the first block that parses", async () => {
    const ok = '{"name": "A", "age": 1}';
    for (const output of [
      `\`\`\`${ok}\`\`\``,
      `\`\`\`json ${ok}\n\`\`\``,
      `\`\`\`js-on\r\n\n${ok}\n\n\`\`\` `
    ])
      expect(await score(jsonSchema(person), output), output).toBe(1);
    for (const output of ["```", "`````", "``````", "```json```", '```\n\\"{}\n```'])
      expect(await score(jsonSchema(person), output), output).toBe(0);
    for (const output of [
      `\`\`\`\`\n${ok}\n\`\`\`\`, see`,
      `inline \`\`\`x\`\`\` and\n\`\`\`json\n${ok}\n\`\`\`\n[1]`,
      `\`\`\`\nno\n\`\`\`\n\`\`\`\n${ok}\n\`\`\`\n{no}`
    ])
      expect(await score(jsonSchema(person, {search: true}), output), output).toBe(1);
  });
  it("counts levels outside of texts only", async () => {
    const deep = (text: string) => score(jsonSchema({}), JSON.stringify(text));
    expect(await deep('\\"' + "[".repeat(600))).toBe(1);
    expect(await score(jsonSchema({}), "[".repeat(501) + "]".repeat(501))).toBe(0);
    expect(await score(jsonSchema({}), "[".repeat(500) + "]".repeat(500))).toBe(1);
  });
  it("throws at once for a schema that is none", () => {
    expect(() => jsonSchema({type: "nonsense"})).toThrow();
  });
  const accepts = (schema: Parameters<typeof jsonSchema>[0], output: string) =>
    score(jsonSchema(schema), output);
  const NAMED: {[key: string]: string}[] = [
    {},
    {$schema: "https://json-schema.org/draft/2020-12/schema"},
    {$schema: "http://json-schema.org/draft/2020-12/schema#"},
    {$schema: "http://json-schema.org/schema#"}
  ];
  it.each(NAMED)("reads the words of 2020-12 with %j", async (named) => {
    const pair = {...named, prefixItems: [{type: "number"}, {type: "string"}], items: false};
    expect(await accepts(pair, '[1, "a"]')).toBe(1);
    expect(await accepts(pair, '["a"]')).toBe(0);
    expect(await accepts(pair, '[1, "a", 2]')).toBe(0);
    const closed = {...named, allOf: [{properties: {a: {}}}], unevaluatedProperties: false};
    expect(await accepts(closed, '{"a": 1}')).toBe(1);
    expect(jsonSchema(closed)(scoreInput('{"a": 1, "b": 2}'))).toEqual({
      value: 0,
      details: {problems: ["the value must NOT have unevaluated properties (b)"]}
    });
    const dependent = {...named, dependentRequired: {a: ["b"]}};
    expect(await accepts(dependent, '{"a": 1}')).toBe(0);
    expect(await accepts(dependent, '{"a": 1, "b": 1}')).toBe(1);
    const two = {...named, contains: {type: "number"}, minContains: 2};
    expect(await accepts(two, "[1]")).toBe(0);
    expect(await accepts(two, '[1, "a", 2]')).toBe(1);
  });
  it("reads draft-07's forms as ever, whether it is named or not", async () => {
    const drafts: {[key: string]: string}[] = [
      {},
      {$schema: "http://json-schema.org/draft-07/schema#"},
      {$schema: "https://json-schema.org/draft-07/schema"},
      {$schema: "http://json-schema.org/draft-06/schema#"},
      {$schema: "https://json-schema.org/draft/2019-09/schema"}
    ];
    for (const named of drafts) {
      const schema = {
        ...named,
        definitions: {pair: {items: [{type: "number"}, {type: "string"}], additionalItems: false}},
        properties: {at: {$ref: "#/definitions/pair"}},
        dependencies: {a: ["b"], c: {required: ["d"]}}
      };
      expect(await accepts(schema, '{"at": [1, "a"], "a": 1, "b": 1}')).toBe(1);
      expect(await accepts(schema, '{"at": ["a", 1]}')).toBe(0);
      expect(await accepts(schema, '{"at": [1, "a", 2]}')).toBe(0);
      expect(await accepts(schema, '{"a": 1}')).toBe(0);
      expect(await accepts(schema, '{"c": 1}')).toBe(0);
    }
    expect(
      await accepts(
        {$schema: "http://json-schema.org/draft-07/schema#", dependentRequired: {a: ["b"]}},
        '{"a": 1}'
      )
    ).toBe(1);
  });
  it("takes neither names of properties nor values for a draft's forms", async () => {
    const schema = {
      properties: {items: {enum: [[1]]}, prefixItems: {const: {items: [1]}}},
      prefixItems: [{type: "number"}]
    };
    expect(await accepts(schema, '["a"]')).toBe(0);
    expect(await accepts(schema, '{"items": [1]}')).toBe(1);
  });
  it("names the drafts there are where it does not know the one named", () => {
    const of = ($schema: string) => () => jsonSchema({$schema, type: "object"});
    expect(of("http://json-schema.org/draft-04/schema#")).toThrow(
      '$schema names "http://json-schema.org/draft-04/schema#"; known are http://json-schema.org/draft-06/schema, http://json-schema.org/draft-07/schema, https://json-schema.org/draft/2019-09/schema, https://json-schema.org/draft/2020-12/schema'
    );
    expect(of("constructor")).toThrow("known are");
    expect(() => jsonSchema({items: [{}], not: {prefixItems: [{}]}})).toThrow("both prefixItems and a list");
  });
  it("counts multiples by their decimal digits", async () => {
    const multiple = (multipleOf: number, output: string) => accepts({multipleOf}, output);
    for (const price of ["4.35", "19.99", "0.07", "0.29", "1.1", "-4.35", "0", "19999999.99", "1e21", "1e-2"])
      expect(await multiple(0.01, price), price).toBe(1);
    for (const price of ["4.355", "0.0100000001", "1e-3", "1e-300"])
      expect(await multiple(0.01, price), price).toBe(0);
    expect(await multiple(1e-7, "3e-7")).toBe(1);
    expect(await multiple(0.123456789, "1e308")).toBe(0);
    expect(jsonSchema({multipleOf: 5})(scoreInput("7"))).toEqual({
      value: 0,
      details: {problems: ["the value must be multiple of 5"]}
    });
    expect(() => jsonSchema({multipleOf: 0})).toThrow();
  });
});

describe("jsonFields", () => {
  it("is the share of expected fields with the same value", () => {
    const expected = {name: "Ann", tags: ["a", "b"], at: {x: 1, y: 2}, none: null};
    const output = '{"at": {"y": 2, "x": 1.0}, "tags": ["b", "a"], "name": "Ann", "none": null, "more": 1}';
    expect(jsonFields()(scoreInput(output, expected))).toEqual({
      value: 0.75,
      details: {fields: {name: true, tags: false, at: true, none: true}}
    });
  });
  it("does not take a missing field for null, nor a number for its text", async () => {
    expect(await score(jsonFields(), "{}", {a: null})).toBe(0);
    expect(await score(jsonFields(), '{"a": "1"}', {a: 1})).toBe(0);
  });
  it("compares whole numbers beyond 2^53 by their digits", async () => {
    const output = '{"id": 1234567890123456789}';
    const expected: [unknown, number][] = [
      [{id: "1234567890123456789"}, 1],
      [output, 1],
      [{id: "1234567890123456788"}, 0],
      ['{"id": 1234567890123456700}', 0],
      [{id: 1234567890123456800}, 0]
    ];
    for (const [wanted, value] of expected) expect(await score(jsonFields(), output, wanted)).toBe(value);
    const power = 2 ** 60;
    for (const digits of ["1152921504606846976", String(power)])
      expect(await score(jsonFields(), `{"id": [-${digits}]}`, {id: [-power]})).toBe(1);
    expect(await score(jsonFields(), '{"id": 12}', {id: "12"})).toBe(0);
    expect(await score(jsonFields(), '{"id": "1234567890123456789"}', {id: "1234567890123456789"})).toBe(1);
    expect(await score(jsonSchema({properties: {id: {type: "integer"}}}), output)).toBe(1);
  });
  it("takes a decimal that no double holds, which rows have as text, for the number in the output", async () => {
    const output = '{"amount": 12345678901264.123456}';
    expect(await score(jsonFields(), output, {amount: "12345678901264.123456"})).toBe(1);
    expect(await score(jsonFields(), output, {amount: "12345678901264.623456"})).toBe(0);
    expect(await score(jsonFields(), '{"amount": 12.5}', {amount: "12.5"})).toBe(0);
  });
  it("compares nested fields by path", async () => {
    const scorer = jsonFields({fields: ["items.0.name", "items.1.name"]});
    const expected = '{"items": [{"name": "a"}, {"name": "b"}]}';
    expect(await score(scorer, '{"items": [{"name": "a"}]}', expected)).toBe(0.5);
    expect(await score(scorer, '{"items": [{"name": "a"}]}', '{"items": []}')).toEqual({
      failed: expect.any(String)
    });
  });
  it("can ignore case", async () => {
    expect(await score(jsonFields(), '{"a": " X"}', {a: "x"})).toBe(0);
    expect(await score(jsonFields({ignoreCase: true}), '{"a": " X"}', {a: "x"})).toBe(1);
  });
  it("is 0 for output that is no object and fails without expected fields", async () => {
    for (const output of ["", "[1]", "no"]) expect(await score(jsonFields(), output, {a: 1})).toBe(0);
    for (const expected of [undefined, {}, [1], "no", 3]) {
      expect(await score(jsonFields(), "{}", expected)).toEqual({failed: expect.any(String)});
    }
  });
  it("is not fooled by inherited properties", async () => {
    expect(
      await score(jsonFields({fields: ["a.constructor"]}), '{"a": {}}', '{"a": {"constructor": 1}}')
    ).toBe(0);
  });
});
