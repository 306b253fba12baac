import {describe, expect, it} from "vitest";
import {jsonFields, jsonSchema} from "../../src/scorers/index.js";
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
