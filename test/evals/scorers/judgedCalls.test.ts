import {afterAll, beforeEach, expect, it} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import type {Message} from "../../../src/inference/endpoints/types.js";
import {judgePairwise, judgeRating, type ScoreInput} from "../../../src/evals/scorers/index.js";
import {startModelServer} from "../../support/modelServer.js";
import {score, scoreInput} from "./score.js";

const judge = await startModelServer({
  answer: ({prompt}) => (prompt.startsWith("Rate") ? "Rating: [[10]]" : "[[A]]")
});
afterAll(() => judge.close());
beforeEach(() => void (judge.requests.length = 0));

const endpoint = openAICompatible({name: "judge", baseUrl: judge.url, hosting: "on-prem", trust: "local"});
const asked = {endpoint, model: "test-model", rubric: "Did it call the right tool?"};
const call = (name: string, given: string) => ({
  id: "1",
  type: "function" as const,
  function: {name, arguments: given}
});
const called = (said: string, ...toolCalls: ReturnType<typeof call>[]): Partial<ScoreInput> => ({
  completion: {...scoreInput(said).completion, toolCalls}
});

it("shows a judge the tools that an answer called, alone and below what it said", async () => {
  const refund = call("refund", '{ "order": 3,\n "why": "too  late" }');
  expect(await score(judgeRating(asked), "", undefined, called("", refund))).toBe(1);
  expect(judge.requests[0]!.prompt).toContain(
    '[Answer]\ncall refund({"order":3,"why":"too  late"})\n[End of answer]'
  );
  await score(judgePairwise(asked), "On it.", "No.", called("On it.", refund, call("close", "")));
  expect(judge.requests[1]!.prompt).toContain(
    '\nOn it.\ncall refund({"order":3,"why":"too  late"})\ncall close({})\n[End of answer'
  );
});

it("shows a judge the tools that were called in the conversation, and arguments that are no JSON as they are", async () => {
  const messages: Message[] = [
    {role: "user", content: "Where is order 3?"},
    {role: "assistant", content: null, tool_calls: [call("look_up", '{"order": 3')]},
    {role: "tool", content: "It is late.", tool_call_id: "1"}
  ];
  await score(judgeRating(asked), "Late.", undefined, {messages});
  expect(judge.requests[0]!.prompt).toContain(
    'user: Where is order 3?\n\nassistant: call look_up({"order": 3)\n\ntool: It is late.\n[End of question]'
  );
});

it("takes two answers with the same words for a tie, and asks no judge", async () => {
  const tie = {value: 0.5, details: {identical: true}};
  expect(await judgePairwise(asked)(scoreInput("Paris\n", "Paris"))).toEqual(tie);
  const again = called("", call("close", "{}"));
  expect(await judgePairwise(asked)(scoreInput("", "call close({})", again))).toEqual(tie);
  expect(judge.requests).toEqual([]);
  expect(await judgePairwise(asked)(scoreInput("Paris", "Lyon"))).toMatchObject({
    value: 0.5,
    details: {agree: false}
  });
  expect(judge.requests.length).toBe(2);
});
