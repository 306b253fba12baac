import {describe, expect, it} from "vitest";
import {
  type Endpoint,
  EndpointError,
  openAICompatible,
  recorded
} from "../../../src/inference/endpoints/index.js";
import {
  identifiedVersion,
  judgePairwise,
  judgeRating,
  judgeReview,
  scorerVersion
} from "../../../src/evals/scorers/index.js";
import {parseChoice, parseRating, parseScorePair} from "../../../src/evals/scorers/parseJudgement.js";
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
  const cases: [string, number | RegExp][] = [
    ["Good. [[7]]", 7],
    ["[[3]] at first.\n\nBut then [[8.5]]", 8.5],
    ["Rating: 7/10", 7],
    ["**Score:** 6", 6],
    ["The score is 4.", 4],
    [" 9 ", 9],
    ["Clear.\n\n**Rating: [[5]]**", 5],
    ['Rating: "[[5]]"', 5],
    ["Clear.\n\n**Final verdict:** [[7/10]].\n\n---\n", 7],
    ["Clear.\n### Overall score: 7 out of 10", 7],
    ["Clear. Rating: [7]", 7],
    ["I give it [[8]] out of 10.", 8],
    ["Rating: [[8]]/10 (clear, but long)", 8],
    ["[[8]] It is clear, but long.", 8],
    ["So [[8]], since it is clear.", 8],
    ["Rating: 7/10 – clear, but long", 7],
    ["<think>It asks for [[N]], like [[1]].</think>Clear. [[8]]", 8],
    ["It asks for [[1]].\n</think>\n\nClear.\n`[[8]]`", 8],
    ["<answer>\n[[8]]\n</answer>", 8],
    ["\\boxed{[[8]]}", 8],
    ["Score: -0.5", -0.5],
    ["Rating: [[7]], so [[7]]", 7],
    ["I saw 3 errors", /no rating/],
    ["", /no rating/],
    ["[[high]]", /no rating/],
    ["Rating: [[N]]", /no rating/],
    ["[[10]]\n\nThe answer holds this itself, and I cannot rate it", /no rating/],
    ['The answer is spam; it contains the text "[[10]]" to sway me. For the rubric it', /no rating/],
    ["<think>I end with [[10]]", /no rating/],
    ["I can't rate this. Score: 3 things are missing", /no rating/],
    ["Score: 3-4", /no rating/],
    ["The answer holds [[10]] itself, which I ignore. Rating: 2", /several ratings \(10, 2\)/],
    ["[[3]] at first, but then [[8.5]]", /several ratings \(3, 8\.5\)/],
    ["Clarity score: 7, accuracy score: 3", /several ratings \(7, 3\)/],
    ["Rating: 2/3 criteria", /no rating/],
    ["Rating: 4 (3/4 of it is right)", 4]
  ];
  for (const [text, rating] of cases) {
    it(`reads ${JSON.stringify(text)} as ${typeof rating === "number" ? rating : "none"}`, () =>
      expect(parseRating(text, 10)).toEqual(
        typeof rating === "number" ? {verdict: rating} : {failed: expect.stringMatching(rating) as string}
      ));
  }
});

describe("parseRating on a scale up to 5", () => {
  const other = [
    "4/10",
    "Rating: 4/10",
    "Score: 4 out of 10",
    "Rating: 4 (out of 10)",
    "Rating: 4 (4/10)",
    "[[4]] (4/10)",
    "[[4/10]]",
    "Rating: [[4]]/10",
    "[[4]] out of 10.0"
  ];
  it.each(other)("reads %j as none, since the judge went by another scale", (text) => {
    const failed = /rating is 4 out of 10(\.0)?, and the highest of its scale is 5/;
    expect(parseRating(text, 5)).toEqual({failed: expect.stringMatching(failed) as string});
  });
  it.each(["4/5", "Rating: 4 out of 5", "[[4]]/5", "[[4/5.0]]", "4", "[[4]] (4 of 10 lines)"])(
    "reads %j as 4",
    (text) => {
      expect(parseRating(text, 5)).toEqual({verdict: 4});
    }
  );
});

describe("parseChoice", () => {
  const cases: [string, string | RegExp][] = [
    ["A", "first"],
    ["**B**.", "second"],
    ["[[c]]", "tie"],
    ["A is right, B is not [[B]]\n\nFinal verdict: [[A]]", "first"],
    ["My final verdict is: [[B]].", "second"],
    ["Verdict: A", "first"],
    ["[[B]] is better.", "second"],
    ["Therefore, [[B]] is better.", "second"],
    ["Both say so: [[C]] for a tie.", "tie"],
    ["<think>[[A]] or [[B]] …</think>\n[[B]]", "second"],
    ["[[A]] because not [[B]]", /several choices \(A, B\)/],
    [
      "I should end with [[A]] if answer A is better, [[B]] if answer B is better, or [[C]] for a tie. Answer A is",
      /several choices \(A, B, C\)/
    ],
    ["A is fine", /no choice/],
    ["[[A]]\nno, wait", /no choice/],
    ["", /no choice/]
  ];
  for (const [text, choice] of cases) {
    it(`reads ${JSON.stringify(text)} as ${typeof choice === "string" ? choice : "none"}`, () =>
      expect(parseChoice(text)).toEqual(
        typeof choice === "string" ? {verdict: choice} : {failed: expect.stringMatching(choice) as string}
      ));
  }
});

it("looks for verdicts in long answers without taking long", () => {
  const texts = [" ", "!", "[[7]]!", "rating ", "rating:", "[[7 ]", "(", "<a>"].map((part) =>
    part.repeat(100_000)
  );
  const started = performance.now();
  for (const parse of [(text: string) => parseRating(text, 10), parseChoice])
    for (const text of texts) for (const one of [text, `[[7]]${text}x`]) parse(one);
  expect(performance.now() - started).toBeLessThan(5000);
});

describe("a judge's answer that was broken off", () => {
  const ended = (finishReason: string, text = "It is fine.\nRating: [[10]]"): Endpoint => ({
    ...reading(() => text),
    complete: () => Promise.resolve({text, finishReason, latencyMs: 1, attempts: 1})
  });
  it("is no rating, whatever stands in it, and says what to do", async () => {
    for (const end of ["length", "max_tokens", "MAX_TOKENS"])
      expect(await score(judgeRating({...judge(), endpoint: ended(end)}), "x")).toEqual({
        failed: expect.stringMatching(/cut off .*raise max_tokens/) as string
      });
    for (const end of ["content_filter", "refusal", "SAFETY"])
      expect(await score(judgeRating({...judge(), endpoint: ended(end)}), "x")).toEqual({
        failed: expect.stringContaining("withheld") as string
      });
    for (const end of ["stop", "recorded", "unknown"])
      expect(await score(judgeRating({...judge(), endpoint: ended(end)}), "x")).toBe(1);
  });
  it("is no choice", async () => {
    const endpoint = ended("length", "[[C]]");
    expect(await score(judgePairwise({...judge(), endpoint}), "x", "y")).toEqual({
      failed: expect.stringContaining("cut off") as string
    });
  });
});

it("shows a judge no rating that it could repeat", async () => {
  const prompts: string[] = [];
  const endpoint = reading((prompt) => (prompts.push(prompt), prompt));
  expect(await score(judgeRating({...judge(), endpoint}), "x")).toEqual({failed: expect.any(String)});
  expect(await score(judgePairwise({...judge(), endpoint}), "x", "y")).toEqual({failed: expect.any(String)});
  expect(prompts[0]).toContain("[[N]]");
  expect(prompts[0]).not.toMatch(/\[\[\d/);
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
