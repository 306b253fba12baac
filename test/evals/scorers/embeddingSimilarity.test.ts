import {expect, it} from "vitest";
import {embeddingSimilarity, scorerVersion} from "../../../src/evals/scorers/index.js";
import {score, scoreInput} from "./score.js";

/** Letter counts: a real, if poor, encoder. */
const embed = (texts: readonly string[]) =>
  Promise.resolve(texts.map((text) => ["a", "b", "c"].map((letter) => text.split(letter).length - 1)));
const scorer = embeddingSimilarity({embed, encoder: "letters-1"});

it("is the cosine with the nearest reference", async () => {
  expect(await score(scorer, "aab", "aab")).toBeCloseTo(1, 12);
  expect(await score(scorer, "a", "b")).toBe(0);
  expect(await score(scorer, "ab", "a")).toBeCloseTo(Math.SQRT1_2, 12);
  expect(await score(scorer, "ab", ["c", "a"])).toBeCloseTo(Math.SQRT1_2, 12);
});
it("fails where there is no angle to measure", async () => {
  expect(await score(scorer, "", "a")).toEqual({failed: expect.stringContaining("letters-1")});
  expect(await score(scorer, "a")).toEqual({failed: expect.any(String)});
  const ragged = embeddingSimilarity({
    embed: (texts) => Promise.resolve(texts.map((t) => [...t].map(Number))),
    encoder: "r"
  });
  expect(await score(ragged, "11", "1")).toEqual({failed: expect.any(String)});
});
it("fails for an answer that calls tools and says nothing, and asks no encoder about it", async () => {
  const toolCalls = [{id: "1", type: "function" as const, function: {name: "refund", arguments: "{}"}}];
  const asked: string[] = [];
  const counting = embeddingSimilarity({
    embed: (texts) => (asked.push(...texts), embed(texts)),
    encoder: "letters-1"
  });
  const {completion} = scoreInput("");
  const rest = {completion: {...completion, toolCalls}};
  expect(await score(counting, "", "a", rest)).toEqual({
    failed: expect.stringContaining("calls of tools without a text") as string
  });
  expect(asked).toEqual([]);
  expect(await score(counting, "ab", "ab", rest)).toBeCloseTo(1, 12);
});
it("has another version for another encoder", () => {
  expect(scorerVersion(scorer)).not.toBe(scorerVersion(embeddingSimilarity({embed, encoder: "letters-2"})));
});
