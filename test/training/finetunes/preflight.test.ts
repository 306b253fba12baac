import {describe, expect, it} from "vitest";
import {
  exampleProblem,
  PreflightCounter,
  type TrainingExample,
  trainingFormats,
  type TrainingPreflight
} from "../../../src/training/finetunes/index.js";

const user = {role: "user", content: "Hi"};
const assistant = {role: "assistant", content: "Hello"};
const long = {role: "assistant", content: "word ".repeat(3000)};

function preflight(format: string, ...examples: TrainingExample[]): TrainingPreflight {
  const counter = new PreflightCounter(format, undefined);
  for (const example of examples) counter.add(example, JSON.stringify(example).length);
  return counter.result();
}

const findings = ({destinations}: TrainingPreflight, name: string) =>
  destinations.find(({destination}) => destination === name)!.findings;

describe("a training set's preflight", () => {
  it("counts the tokens of tools, of calls and of refusals", () => {
    const tools = [{type: "function", function: {name: "f", description: "word ".repeat(3000)}}];
    const call = {
      role: "assistant",
      content: null,
      tool_calls: [{id: "a", type: "function", function: {name: "f", arguments: "x".repeat(8000)}}]
    };
    const of = (...messages: object[]): TrainingExample => ({id: "1", kind: "chat", messages});
    const plain = preflight("openai", of(user, assistant)).tokens.total;
    expect(plain).toBe(3 + (3 + 1) + (3 + 2));
    const withTools = preflight("openai", {...of(user, assistant), tools} as TrainingExample);
    expect(withTools.tokens.total).toBe(plain + Math.ceil(JSON.stringify(tools).length / 4));
    expect(findings(withTools, "axolotl")).toEqual([
      "1 examples are longer than 512 tokens: dropped without a word (sequence_len)"
    ]);
    expect(preflight("openai", of(user, call)).tokens.longest).toBeGreaterThan(2000);
    expect(
      preflight("openai", of(user, {role: "assistant", function_call: call.tool_calls[0]!.function})).tokens
        .longest
    ).toBeGreaterThan(2000);
    const refusal = {role: "assistant", refusal: "x".repeat(4000)};
    expect(preflight("openai", of(user, refusal)).tokens.longest).toBe(3 + (3 + 1) + (3 + 1000));
  });

  it("holds the longer answer of a pair against limits, and counts both for the price", () => {
    const pair = (chosen: object, rejected: object): TrainingExample => ({
      id: "1",
      kind: "preference",
      prompt: [user],
      chosen,
      rejected
    });
    for (const example of [pair(assistant, long), pair(long, assistant)]) {
      const made = preflight("trl-dpo", example);
      expect(made.tokens).toMatchObject({total: 3 + 4 + 5 + 3753, longest: 3 + 4 + 3753});
      expect(findings(made, "TRL")).toEqual([
        "1 examples are longer than 1024 tokens: cut at the end (max_length)"
      ]);
    }
  });

  it("says of every destination that a pair without a question, or with equal answers, is no good", () => {
    const pair = {
      id: "1",
      kind: "preference" as const,
      prompt: [user],
      chosen: assistant,
      rejected: assistant
    };
    expect(findings(preflight("trl-dpo", pair), "TRL")).toEqual([
      "1 examples: both answers are the same, which teaches nothing"
    ]);
    expect(findings(preflight("axolotl-dpo", pair), "axolotl")).toHaveLength(1);
    expect(findings(preflight("axolotl-dpo", pair), "LLaMA-Factory")).toHaveLength(1);
    expect(findings(preflight("openai-dpo", pair), "OpenAI")).toContain(
      "1 examples: both answers are the same"
    );
    const unasked = {...pair, prompt: [{role: "system", content: "Be kind."}], rejected: long};
    expect(findings(preflight("openai-dpo", unasked), "OpenAI")).toContain("1 examples: nothing is asked");
    for (const format of ["openai-dpo", "trl-dpo", "axolotl-dpo"])
      expect(trainingFormats[format]!.line(unasked, false)).toBeUndefined();
  });

  it("has nobody for a pair with an empty answer in OpenAI's form, and somebody for what one alone turns down", () => {
    const pair = {id: "1", kind: "preference" as const, prompt: [user], chosen: assistant, rejected: long};
    const empty = {...pair, chosen: {role: "assistant", content: ""}};
    const missing = "an answer is missing or is no assistant's message";
    expect(exampleProblem(empty)).toBeUndefined();
    expect(exampleProblem(empty, "openai-dpo")).toBe(missing);
    expect(exampleProblem({...pair, rejected: empty.chosen}, "openai-dpo")).toBe(missing);
    expect(exampleProblem(pair, "openai-dpo")).toBeUndefined();
    const developed = {...pair, prompt: [{role: "developer", content: "Be kind."}, user]};
    expect(exampleProblem(developed, "openai-dpo")).toBeUndefined();
    expect(exampleProblem({...pair, rejected: assistant}, "trl-dpo")).toBeUndefined();
  });

  it("says all that a destination has against a set, also where it does not take the format", () => {
    const example: TrainingExample = {id: "1", kind: "chat", messages: [user, user, long]};
    const of = (name: string) => findings(preflight("alpaca", example), name);
    expect(of("OpenAI")).toEqual([
      "takes openai, openai-dpo, not alpaca",
      "1 examples, and it takes no fewer than 10"
    ]);
    expect(of("Together")).toEqual([
      expect.stringContaining("not alpaca"),
      "1 examples: roles do not alternate"
    ]);
    expect(of("TRL")).toEqual([
      expect.stringContaining("not alpaca"),
      "1 examples are longer than 1024 tokens: cut at the end (max_length)"
    ]);
  });

  it("has a repeated example only where all of it is repeated", () => {
    const pair = {id: "1", kind: "preference" as const, prompt: [user], chosen: assistant};
    const others = preflight("trl-dpo", {...pair, rejected: long}, {...pair, id: "2", rejected: user});
    expect(others.duplicates).toBe(0);
    expect(
      preflight("trl-dpo", {...pair, rejected: long}, {...pair, id: "2", rejected: long}).duplicates
    ).toBe(1);
  });
});
