import {expect, it} from "vitest";
import {regexMatch} from "../../src/evals/scorers/index.js";
import type {ScoreInput} from "../../src/evals/scorers/types.js";

it.each(["(a+)+$", "(a|aa)+$", "^(a|a?)+$"])("is given up after a second: the pattern %s", async (source) => {
  const input = {output: `${"a".repeat(40)}!`, expected: "a"} as ScoreInput;
  expect(await regexMatch(new RegExp(source))(input)).toEqual({
    failed: expect.stringContaining("took longer than 1 s") as string
  });
});
