import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {logprobsOf, Sampler} from "../../../src/inference/localModels/sampling.js";
import {TextStream} from "../../../src/inference/localModels/textStream.js";
import {afterBytes, UTF8_START} from "../../../src/inference/localModels/utf8.js";
import {jsonSchemaGrammar} from "../../../src/inference/localModels/index.js";
import {portion} from "../../../src/inference/localModels/lane.js";
import {generationRequest} from "../../../src/inference/localModels/parameters.js";
import {readToolCalls, toolStyle} from "../../../src/inference/localModels/toolCalls.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {preTokenizerName} from "../../../src/weights/gguf/preTokenizer.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

const logits = (shares: readonly number[]) => Float32Array.from(shares, (share) => Math.log(share));

describe("sampling", () => {
  const draws = (settings: ConstructorParameters<typeof Sampler>[0], shares = [0.5, 0.3, 0.15, 0.05]) => {
    const sampler = new Sampler(settings);
    const counts = shares.map(() => 0);
    for (let i = 0; i < 20_000; i++) counts[sampler.choose(logits(shares))]!++;
    return counts.map((count) => count / 20_000);
  };

  it("draws each token as often as it is likely", () => {
    draws({prompt: ""}).forEach((share, i) => expect(share).toBeCloseTo([0.5, 0.3, 0.15, 0.05][i]!, 1));
  });
  it("drops what top_k, top_p and min_p leave out, and shares the rest as before", () => {
    const [a, b, c, d] = draws({prompt: "", topK: 2});
    expect([c, d]).toEqual([0, 0]);
    expect(a! / b!).toBeCloseTo(5 / 3, 1);
    expect(draws({prompt: "", topP: 0.75}).slice(2)).toEqual([0, 0]);
    expect(draws({prompt: "", topP: 0.81})[2]).toBeGreaterThan(0);
    expect(draws({prompt: "", minP: 0.2})[3]).toBe(0);
  });
  it("takes the first of equals at temperature 0", () => {
    expect(new Sampler({prompt: "", temperature: 0}).choose(Float32Array.of(1, 3, 3, 2))).toBe(1);
  });
  it("gives log probabilities that sum to one", () => {
    const {logprob, top} = logprobsOf(Float32Array.of(2, 0, 1), 1, 2);
    expect(logprob).toBeCloseTo(-Math.log(Math.exp(2) + Math.exp(1) + 1), 6);
    expect(top.map(({token}) => token)).toEqual([0, 2]);
  });
});

describe("a text that comes in bytes", () => {
  it("waits for whole characters and for what may become a stop string", () => {
    const stream = new TextStream(["END", "\n\n"]);
    const bytes = Buffer.from("né ENDing");
    const shown = [...bytes].map((byte) => stream.push(Uint8Array.of(byte)));
    expect(shown.join("")).toBe("né ");
    expect(stream.stopped).toBe(true);
    expect(stream.end()).toBe("");
    expect(stream.text).toBe("né ");
  });
  it("gives out at its end what it held back", () => {
    const stream = new TextStream(["END"]);
    expect(stream.push(Buffer.from("so EN"))).toBe("so ");
    expect(stream.end()).toBe("EN");
  });
});

describe("UTF-8", () => {
  it("goes on over tokens that hold half a character, and stops at what is none", () => {
    const bytes = Buffer.from("é€🦙");
    let state: typeof UTF8_START | undefined = UTF8_START;
    for (const byte of bytes) state = state && afterBytes(state, Uint8Array.of(byte));
    expect(state!.left).toBe(0);
    const half = afterBytes(UTF8_START, Uint8Array.of(0xc3))!;
    expect(half.left).toBe(1);
    expect(afterBytes(half, Buffer.from('"'))).toBeUndefined();
    for (const wrong of [[0x80], [0xc0, 0x80], [0xe0, 0x80], [0xed, 0xa0], [0xf4, 0x90], [0xff]])
      expect(afterBytes(UTF8_START, Uint8Array.from(wrong)), String(wrong)).toBeUndefined();
  });
});

describe("tool calls", () => {
  const tools = [{type: "function" as const, function: {name: "look"}}];
  const call = '{"name": "look", "arguments": {"up": true}}';
  it("are read in the way of the template, and only for known tools", () => {
    const hermes = toolStyle("… <tool_call> …");
    const two = readToolCalls(
      hermes,
      `Let me see.\n<tool_call>\n${call}\n</tool_call><tool_call>${call}</tool_call>`,
      tools,
      "a turn"
    );
    expect([two.text, two.calls.length]).toEqual(["Let me see.", 2]);
    expect(JSON.parse(two.calls[0]!.function.arguments)).toEqual({up: true});
    const mistral = readToolCalls(toolStyle("[TOOL_CALLS]"), `[TOOL_CALLS] [${call}]</s>`, tools, "");
    expect(mistral.calls.length).toBe(1);
    const other = `<tool_call>{"name": "rm"}</tool_call>`;
    expect(readToolCalls(hermes, other, tools, "")).toEqual({text: other, calls: []});
    expect(readToolCalls(toolStyle(""), "no call at all", tools, "").text).toBe("no call at all");
  });
  it("have ids of their own in every turn, as Mistral's templates take them", () => {
    const text = `<tool_call>${call}</tool_call><tool_call>${call}</tool_call>`;
    const turn = (of: string) => readToolCalls(toolStyle("<tool_call>"), text, tools, of).calls;
    const ids = [...turn("first"), ...turn("second")].map(({id}) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{9}$/);
    expect(turn("first")).toEqual(turn("first"));
  });
});

describe("a grammar of a JSON schema", () => {
  it("refuses what nothing fits, and types that are none", () => {
    expect(() => jsonSchemaGrammar(false)).toThrow(/nothing fits/);
    expect(() => jsonSchemaGrammar({type: "date"})).toThrow(/unknown type "date"/);
  });
  const nested = (levels: number): Record<string, unknown> =>
    levels === 0 ? {type: "string"} : {type: "array", items: nested(levels - 1)};
  it.each<[string, Record<string, unknown>, RegExp]>([
    ["5,000 levels", nested(5000), /nested deeper than 100 levels/],
    ["all of itself", {allOf: [{$ref: "#"}]}, /refers to itself alone/],
    ["no choice", {enum: []}, /nothing fits/],
    ["no choice of schemas", {anyOf: []}, /nothing fits/],
    ["no type", {type: []}, /nothing fits/],
    ["a number in a schema's place", {anyOf: [3]}, /holds 3 in a schema's place/],
    ["null in a schema's place", {properties: {a: null}}, /holds null in a schema's place/],
    ["a reference that cannot be decoded", {$ref: "#/%zz"}, /refers to "#\/%zz"/],
    ["a length in words", {type: "string", minLength: "x"}, /minLength: "x"/],
    ["half a length", {type: "string", maxLength: 1.5}, /maxLength: 1\.5/],
    ["a million items", {type: "array", minItems: 1e6}, /at most 1900/],
    ["more at least than at most", {type: "array", minItems: 3, maxItems: 2}, /nothing fits/]
  ])("refuses %s", (_what, schema, says) => {
    expect(() => jsonSchemaGrammar(schema)).toThrow(says);
  });
  it("takes what is required for a list only, and a most beyond what a grammar can say for none", () => {
    expect(jsonSchemaGrammar({type: "object", properties: {a: true}, required: 5 as never})).toContain("kv");
    expect(jsonSchemaGrammar({type: "string", maxLength: 1e6})).toContain("char{0,}");
  });
  it("follows a schema that refers to itself", () => {
    const grammar = jsonSchemaGrammar({
      type: "object",
      properties: {next: {anyOf: [{$ref: "#"}, {type: "null"}]}}
    });
    expect(grammar).toMatch(/ref-0 ::= /);
  });
});

describe("a grammar of choices", () => {
  const a = {type: "object", properties: {a: {type: "string"}}, required: ["a"]};
  it("lets an object or an array be null where its types say so", () => {
    expect(jsonSchemaGrammar({...a, type: ["object", "null"]})).toMatch(/^root-1 ::= null$/m);
    const list = {type: ["array", "null"], items: {type: "integer"}};
    expect(jsonSchemaGrammar(list)).toMatch(/^root-1 ::= null$/m);
  });
  it("holds each choice to what stands beside them", () => {
    const both = {a: {type: "string"}, b: {type: "string"}};
    const either = {properties: both, anyOf: [{required: ["a"]}, {required: ["b"]}]};
    const grammar = jsonSchemaGrammar(either);
    expect(grammar).toMatch(/^root-0 ::= "\{" space \(root-0-0-kv root-0-after-1\) space "\}"$/m);
    expect(grammar).toMatch(/^root-1 ::= .*root-1-1-kv\) space "\}"$/m);
    const choices = [{type: "null"}, {$ref: "#/$defs/b"}, {type: "string"}];
    const typed = {type: ["object", "null"], anyOf: choices, $defs: {b: {required: ["b"]}}, properties: both};
    expect(jsonSchemaGrammar(typed)).toMatch(/^root ::= root-0 \| root-1$/m);
    expect(() => jsonSchemaGrammar({type: "string", anyOf: [{type: "null"}]})).toThrow(/nothing fits/);
  });
  it("keeps anyOf, oneOf and allOf that stand beside one another", () => {
    const grammar = jsonSchemaGrammar({
      anyOf: [{properties: {a: {const: 1}}}, {properties: {a: {const: 2}}}],
      oneOf: [{properties: {b: {const: 3}}}, {properties: {b: {const: 4}}}],
      allOf: [{properties: {c: {const: 5}}}]
    });
    for (const a of [1, 2])
      for (const b of [3, 4])
        for (const [i, value] of [a, b, 5].entries()) {
          const rule = `root-${a - 1}-${b - 3}`;
          expect(grammar).toMatch(new RegExp(`^${rule}-\\d ::= "${value}"$`, "m"));
          expect(grammar, `${i}`).toMatch(new RegExp(`^${rule} ::= "\\{"`, "m"));
        }
  });
  it("follows choices that hold themselves, and refuses more of them than a grammar can have", () => {
    const next = {type: ["object", "null"], anyOf: [{$ref: "#"}, {type: "null"}]};
    const grammar = jsonSchemaGrammar({type: "object", properties: {next}});
    expect(grammar).toMatch(/^root-0-0-0 ::= root-0$/m);
    expect(() => jsonSchemaGrammar({type: "object", anyOf: [{$ref: "#"}]})).toThrow(/itself alone/);
    const defs: Record<string, unknown> = {d0: {type: "null"}};
    for (let i = 1; i < 30; i++)
      defs[`d${i}`] = {
        title: "t",
        type: "null",
        anyOf: [{$ref: `#/$defs/d${i - 1}`}, {$ref: `#/$defs/d${i - 1}`}]
      };
    expect(() => jsonSchemaGrammar({$ref: "#/$defs/d29", $defs: defs})).toThrow(/more than 500 choices/);
  });
  it("writes many values of an enum as a tree, each whole and once", () => {
    const values = [
      ...Array.from({length: 300}, (_, i) => `a "${i}" 😀${i % 7}`),
      "a",
      "",
      12,
      123,
      null,
      "a"
    ];
    const grammar = jsonSchemaGrammar({enum: values}).slice("root ::= ".length);
    // What a choice of groups and literals stands for.
    const all = new Set<string>();
    const read = (text: string, at: number, before: string[]): [string[], number] => {
      const choices: string[] = [];
      let now = before;
      for (;;) {
        if (text[at] === "(") {
          [now, at] = read(text, at + 1, now);
        } else if (text[at] === '"') {
          const [literal] = /"(\\.|[^"\\])*"/.exec(text.slice(at))!;
          now = now.map((one) => one + (JSON.parse(literal) as string));
          at += literal.length;
        } else if (text[at] === "|") {
          choices.push(...now);
          now = before;
          at++;
        } else if (text[at] === " ") at++;
        else return [[...choices, ...now], at + 1];
      }
    };
    for (const one of read(grammar, 0, [""])[0]) all.add(one);
    expect(all).toEqual(new Set(values.map((value) => JSON.stringify(value))));
  });
  it("holds the values of a dictionary to their schema", () => {
    const grammar = jsonSchemaGrammar({type: "object", additionalProperties: {type: "integer"}});
    expect(grammar).toContain('string space ":" space root-value ("," space string');
    expect(grammar).toMatch(/^root-value ::= integer$/m);
    expect(jsonSchemaGrammar({type: "object", additionalProperties: false})).toMatch(
      /^root ::= "\{" space "\}"$/m
    );
  });
});

describe("a grammar of calls", () => {
  const person = (properties: Record<string, unknown>) => ({
    type: "object",
    properties: {person: {$ref: "#/$defs/Person"}},
    required: ["person"],
    $defs: {Person: {type: "object", properties}}
  });
  const tool = (name: string, properties: Record<string, unknown>) => ({
    type: "function" as const,
    function: {name, parameters: person(properties)}
  });
  const tools = [tool("hire", {pay: {const: 1}}), tool("dismiss", {from: {const: 2}})];
  const schema = {properties: {plain: {const: 3}}, required: ["plain"]};
  const response_format = {type: "json_schema", json_schema: {schema}};

  it.each(["<tool_call>", "[TOOL_CALLS]", ""])("looks references up in the tool they are of: %j", (style) => {
    const {grammar} = generationRequest({tool_choice: "required"}, tools, style, 0);
    expect(grammar).toMatch(/^call-0-arguments-ref-0-0-kv ::= "\\"pay\\""/m);
    expect(grammar).toMatch(/^call-1-arguments-ref-0-0-kv ::= "\\"from\\""/m);
  });
  it.each<[string, RegExp]>([
    ["<tool_call>", /^root ::= "<tool_call>" .* \| content$/m],
    ["[TOOL_CALLS]", /^root ::= "\[TOOL_CALLS\]" .* \| content$/m],
    ["", /^root ::= +call \| content$/m]
  ])("takes a call or the format that was asked for: %j", (style, root) => {
    const {grammar, grammarAfter} = generationRequest({response_format}, tools, style, 0);
    expect(grammar).toMatch(root);
    expect(grammar).toMatch(/^content-0-kv ::= "\\"plain\\""/m);
    expect(grammarAfter).toBeUndefined();
    const must = generationRequest({response_format, tool_choice: "required"}, tools, style, 0);
    expect(must.grammar).not.toContain("content");
    expect(generationRequest({response_format, tool_choice: "none"}, tools, style, 0).grammar).not.toContain(
      "call"
    );
  });
});

describe("a prompt's part of a step", () => {
  it("is never one token of several, nor all but one", () => {
    for (let room = 0; room <= 6; room++)
      for (let pending = 2; pending <= 12; pending++) {
        const now = portion(pending, room);
        expect(now, `${pending} in ${room}`).toBeLessThanOrEqual(room);
        expect([1, pending - 1], `${pending} in ${room}`).not.toContain(now);
      }
    expect([portion(1, 1), portion(5, 3), portion(4, 3)]).toEqual([1, 3, 2]);
  });
});

describe("conversion", () => {
  it("is refused with numbers when the disk has no room, and leaves nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "assay-room-"));
    const model = await tinyLanguageModel(join(folder, "model"));
    const to = join(folder, "out", "model.gguf");
    await expect(
      convertModel({from: model, to, type: "f32"}, {freeBytes: () => Promise.resolve(100_000)})
    ).rejects.toThrow(/needs about 1 MiB; .* has 1 MiB free\. Make room/);
    expect(await readdir(join(folder, "out"))).toEqual([]);
    await rm(folder, {recursive: true});
  });

  it("tells how a tokenizer splits text from its own pattern", () => {
    const level = {type: "ByteLevel", use_regex: true};
    const digits = {type: "Digits", individual_digits: true};
    expect(preTokenizerName(level)).toBe("gpt-2");
    expect(preTokenizerName({type: "Sequence", pretokenizers: [digits, level]})).toBe("smollm");
    const split = (pattern: string) => ({
      type: "Sequence",
      pretokenizers: [
        {type: "Split", pattern: {Regex: pattern}},
        {type: "ByteLevel", use_regex: false}
      ]
    });
    const llama =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    expect(preTokenizerName(split(llama))).toBe("llama-bpe");
    expect(preTokenizerName(split(llama.replace("{1,3}", "")))).toBe("qwen2");
    expect(preTokenizerName(split("\\w+"))).toBeUndefined();
  });
});
