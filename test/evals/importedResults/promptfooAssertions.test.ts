import {expect, it} from "vitest";
import {
  optionsOf,
  writtenScorer
} from "../../../src/evals/importedResults/tools/promptfoo/writeAssertions.js";
import {
  assertions,
  bleu,
  classification,
  exactMatch,
  includes,
  normalizedMatch,
  regexMatch,
  type Scorer
} from "../../../src/evals/scorers/index.js";

const row = {id: "r", assert: '[{"type":"contains","value":"x"}]'};
const written = (scorer: Scorer, expected: unknown) => {
  const found = writtenScorer("m", scorer);
  return "missing" in found ? found.missing : found.assert(expected, row as never);
};

it("any of several is enough, and white space around the output does not count", async () => {
  for (const scorer of [exactMatch, classification()]) {
    const [only] = written(scorer, "a.b") as {type: string; value: string; metric: string}[];
    expect([only!.type, only!.metric]).toEqual(["regex", "m"]);
    for (const output of ["a.b", " a.b\n", "axb", "a.b c"])
      expect(new RegExp(only!.value).test(output)).toBe(
        Boolean(await (exactMatch as (given: object) => unknown)({output, expected: "a.b", row}))
      );
  }
  const [several] = written(exactMatch, ["b", "c|d"]) as {value: string}[];
  expect(["b", "c|d", "c", "d"].map((output) => new RegExp(several!.value).test(output))).toEqual([
    true,
    true,
    false,
    false
  ]);
  expect(written(regexMatch(), ["^a", "b$"])).toEqual([
    {
      type: "assert-set",
      threshold: 0.5,
      metric: "m",
      assert: [
        {type: "regex", value: "^a"},
        {type: "regex", value: "b$"}
      ]
    }
  ]);
});

it("what promptfoo would score otherwise is not written, and said", () => {
  expect(written(normalizedMatch(), "a")).toMatch(/leaves case/);
  expect(written(regexMatch(/a/i), "a")).toMatch(/has the flags i/);
  expect(written(regexMatch(/\p{L}/u), "a")).toMatch(/has the flag u/);
  expect(written(regexMatch(/(a)/, {capture: 1}), "a")).toMatch(/compares a group/);
  expect(written(includes({wholeWords: true}), "a")).toMatch(/whole words/);
  expect(written(classification({labels: ["a"]}), "a")).toMatch(/other spellings/);
  expect(written(bleu(), "a")).toMatch(/without a threshold/);
  expect(written(() => 1, "a")).toBe("has no counterpart in promptfoo");
});

it("values are lists of texts, are filled in nowhere, and none is made where there is none", () => {
  expect(written(includes({ignoreCase: true}), [" a ", 5])).toEqual([
    {type: "icontains-any", value: ["a", "5"], metric: "m"}
  ]);
  expect(written(includes({all: true}), "{{x}}")).toEqual([
    {type: "contains-all", value: ["{% raw %}{{x}}{% endraw %}"], metric: "m"}
  ]);
  expect(written(regexMatch(/a/g), undefined)).toEqual([{type: "regex", value: "a", metric: "m"}]);
  for (const scorer of [exactMatch, includes(), regexMatch()]) expect(written(scorer, null)).toEqual([]);
  expect(written(assertions(), null)).toEqual([{type: "contains", value: "x"}]);
  expect(written(assertions({threshold: 0.5}), null)).toEqual([
    {type: "assert-set", threshold: 0.5, assert: [{type: "contains", value: "x"}]}
  ]);
});

it("a row with a list stays one test", () => {
  expect(optionsOf({a: "x", b: ["y", "z"]})).toEqual({disableVarExpansion: true});
  expect(optionsOf({a: "x"})).toBeUndefined();
});
