import {describe, expect, it} from "vitest";
import {type Endpoint, EndpointError, openAICompatible, recorded} from "../../src/endpoints/index.js";
import {
  identifiedVersion,
  judgePairwise,
  judgeRating,
  judgeReview,
  scorerVersion
} from "../../src/scorers/index.js";
import {parseChoice, parseRating, parseScorePair} from "../../src/scorers/parseJudgement.js";
import {score, scoreInput} from "./score.js";

/** A judge whose answers were recorded: one for each order asked. */
const judge = (...answers: string[]) => ({
  endpoint: recorded({name: "judge", rows: [{id: "row-1", output: answers}]}),
  model: "judge-1",
  rubric: "Correct and short."
});

/** A judge in this process that reads the prompt. */
function reading(answer: (prompt: string) => string): Endpoint {
  return {
    ...recorded({name: "reader", rows: []}),
    complete: ({messages}) => {
      const text = answer(messages.map((message) => message.content).join("\n"));
      return Promise.resolve({text, finishReason: "stop", latencyMs: 1, attempts: 1});
    }
  };
}

describe("parseScorePair", () => {
  it("reads two numbers on the first line, and nothing else", () => {
    expect(parseScorePair("9 8.5\nBoth 1 2")).toEqual([9, 8.5]);
    expect(parseScorePair("\n7, 10")).toEqual([7, 10]);
    expect(parseScorePair("(7,10)")).toEqual([7, 10]);
    for (const text of ["", "First\n9 8", "Assistant 1: 9, Assistant 2: 8", "9", "9 8 7", "9/10 8/10"]) {
      expect(parseScorePair(text)).toBeUndefined();
    }
  });
});

describe("parseRating", () => {
  const cases: [string, number | undefined][] = [
    ["Good. [[7]]", 7],
    ["[[3]] at first, but then [[8.5]]", 8.5],
    ["Rating: 7/10", 7],
    ["**Score:** 6", 6],
    ["The score is 4.", 4],
    [" 9 ", 9],
    ["I saw 3 errors", undefined],
    ["", undefined],
    ["[[high]]", undefined]
  ];
  for (const [text, rating] of cases) {
    it(`reads ${JSON.stringify(text)} as ${rating ?? "no rating"}`, () =>
      expect(parseRating(text)).toBe(rating));
  }
});

it("parseChoice reads the last choice in brackets", () => {
  expect(parseChoice("Not [[A]] but [[B]]")).toBe("second");
  expect(parseChoice("A")).toBe("first");
  expect(parseChoice("[[c]]")).toBe("tie");
  expect(parseChoice("A is fine")).toBeUndefined();
  expect(parseChoice("")).toBeUndefined();
});

describe("judgeRating", () => {
  it("maps the scale to 0 to 1", async () => {
    expect(await judgeRating(judge("[[10]]"))(scoreInput("x"))).toEqual({value: 1, details: {rating: 10}});
    expect(await score(judgeRating(judge("[[1]]")), "x")).toBe(0);
    expect(await score(judgeRating({...judge("[[4]]"), scale: [0, 5]}), "x")).toBe(0.8);
    expect(() => judgeRating({...judge("1"), scale: [5, 5]})).toThrow("scale");
  });
  it("fails an answer without a rating on the scale, never scoring it 0", async () => {
    for (const answer of ["", "No idea", "[[11]]", "[[0]]"]) {
      expect(await score(judgeRating(judge(answer)), "x")).toEqual({failed: expect.any(String)});
    }
  });
  it("fails when the judge cannot be reached, and passes an abort on", async () => {
    const broken = {...judge("1"), endpoint: recorded({name: "empty", rows: []})};
    expect(await score(judgeRating(broken), "x")).toEqual({
      failed: expect.stringContaining("the judge gave no answer")
    });
    const aborted: Endpoint = {
      ...broken.endpoint,
      complete: () => Promise.reject(new EndpointError("aborted", "stopped"))
    };
    await expect(score(judgeRating({...broken, endpoint: aborted}), "x")).rejects.toThrow("stopped");
  });
  it("shows the judge rubric, question, answer and reference", async () => {
    const prompts: string[] = [];
    const endpoint = reading((prompt) => (prompts.push(prompt), "[[5]]"));
    await score(judgeRating({...judge(), endpoint}), "my answer", ["ref one", "ref two"]);
    for (const part of ["Correct and short.", "question", "my answer", "ref one", "ref two"]) {
      expect(prompts[0]).toContain(part);
    }
  });
  it("has another version for another rubric or model", () => {
    const versions = [judge(), {...judge(), rubric: "Long."}, {...judge(), model: "judge-2"}];
    expect(new Set(versions.map((options) => scorerVersion(judgeRating(options)))).size).toBe(3);
  });
});

describe("the version a run records of a judge", () => {
  const at = (baseUrl: string, more: object = {}) =>
    openAICompatible({name: "judge", baseUrl, hosting: "cloud", trust: "contract", ...more});
  const here = "http://127.0.0.1:9001/v1";
  const asked = {endpoint: at(here), model: "judge-1", rubric: "Correct and short."};

  it("changes with the judge's address, model and parameters, though its name is the same", async () => {
    const judges = [
      asked,
      {...asked, endpoint: at("http://127.0.0.1:9002/v1")},
      {...asked, endpoint: at(here, {query: {"api-version": "2"}})},
      {...asked, model: "judge-2"},
      {...asked, params: {temperature: 0, max_tokens: 5}}
    ];
    for (const make of [judgeRating, judgePairwise]) {
      const versions = await Promise.all(judges.map((one) => identifiedVersion(make(one))));
      expect(new Set(versions).size).toBe(judges.length);
    }
  });

  it("does not change with the key, nor from one start to the next", async () => {
    const version = await identifiedVersion(judgeRating(asked));
    expect(await identifiedVersion(judgeRating({...asked, endpoint: at(here)}))).toBe(version);
    const keyed = at(here, {apiKeyEnv: "ASSAY_JUDGE_KEY"});
    expect(await identifiedVersion(judgeRating({...asked, endpoint: keyed}))).toBe(version);
  });
});

describe("judgePairwise", () => {
  const cases: [string, string, number, boolean][] = [
    ["[[A]]", "[[B]]", 1, true],
    ["[[B]]", "[[A]]", 0, true],
    ["[[A]]", "[[A]]", 0.5, false],
    ["[[C]]", "[[C]]", 0.5, true],
    ["[[A]]", "[[C]]", 0.5, false]
  ];
  for (const [first, second, value, agree] of cases) {
    it(`${first} then ${second} with places changed is ${value}`, async () => {
      const result = await judgePairwise(judge(first, second))(scoreInput("x", "y"));
      expect(result).toMatchObject({value, details: {agree}});
    });
  }
  it("asks in both orders: a judge that reads finds the better answer wherever it stands", async () => {
    const endpoint = reading((prompt) => (/\[Answer A\]\ngood/.test(prompt) ? "[[A]]" : "[[B]]"));
    expect(await score(judgePairwise({...judge(), endpoint}), "good", "bad")).toBe(1);
    expect(await score(judgePairwise({...judge(), endpoint}), "bad", "good")).toBe(0);
    const first = reading(() => "[[A]]");
    expect(await score(judgePairwise({...judge(), endpoint: first}), "good", "bad")).toBe(0.5);
  });
  it("fails when either answer names no choice, or there is nothing to compare with", async () => {
    expect(await score(judgePairwise(judge("[[A]]", "hm")), "x", "y")).toEqual({failed: expect.any(String)});
    expect(await score(judgePairwise(judge("hm", "[[A]]")), "x", "y")).toEqual({failed: expect.any(String)});
    expect(await score(judgePairwise(judge("[[A]]")), "x", "y")).toEqual({failed: expect.any(String)});
    expect(await score(judgePairwise(judge("[[A]]", "[[B]]")), "x")).toEqual({failed: expect.any(String)});
  });
  it("takes the baseline from the row when told how", async () => {
    const scorer = judgePairwise({...judge("[[A]]", "[[B]]"), baseline: (row) => row.old as string});
    expect(await score(scorer, "x", undefined, {row: {id: "row-1", old: "y"}})).toBe(1);
  });
});

describe("judgeReview", () => {
  it("tells who won, and fails a review without scores", () => {
    expect(judgeReview(scoreInput("9 8.5\nwhy"))).toEqual({value: 0, details: {scores: [9, 8.5]}});
    expect(judgeReview(scoreInput("8, 9"))).toMatchObject({value: 1});
    expect(judgeReview(scoreInput("8 8"))).toMatchObject({value: 0.5});
    for (const text of ["", "well", "-1 -1"])
      expect(judgeReview(scoreInput(text))).toEqual({failed: expect.any(String)});
  });
});
