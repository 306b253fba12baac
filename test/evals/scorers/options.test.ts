import {describe, expect, it} from "vitest";
import {embeddingEndpoint, recorded} from "../../../src/inference/endpoints/index.js";
import * as scorers from "../../../src/evals/scorers/index.js";
import {score} from "./score.js";

const endpoint = recorded({name: "judge", rows: []});
const judge = {endpoint, model: "m", rubric: "good"};

/** An option that each scorer does not have, with the one that is meant, and a value that is none of its own. */
const cases: [
  name: string,
  make: (options: never) => unknown,
  wrong: object,
  nearest: string,
  value: object
][] = [
  ["answerRelevance", scorers.answerRelevance, {endpoint, modle: "m"}, "model", {endpoint, model: 1}],
  ["assertions", scorers.assertions, {colum: "a"}, "column", {threshold: "1"}],
  ["bleu", scorers.bleu, {lowerCase: true}, "lowercase", {tokenizer: "13b"}],
  ["chrf", scorers.chrf, {word: 2}, "words", {smoothing: "effectiv"}],
  ["citationSupport", scorers.citationSupport, {endpoint, modle: "m"}, "model", {endpoint, model: 1}],
  ["classification", scorers.classification, {label: ["a"]}, "labels", {labels: "a, b"}],
  [
    "codeExecution",
    scorers.codeExecution,
    {language: "python", test: "tests", tests: "t"},
    "tests",
    {language: "pyton", tests: "t"}
  ],
  [
    "embeddingSimilarity",
    scorers.embeddingSimilarity,
    {embed: async () => [], encoder: "e", prise: {}},
    "price",
    {embed: async () => [], encoder: "e", trust: "Local"}
  ],
  [
    "embeddingSimilarity",
    scorers.embeddingSimilarity,
    {
      endpoint: embeddingEndpoint({name: "v", baseUrl: "http://127.0.0.1:1", hosting: "api", trust: "local"}),
      modle: "m"
    },
    "model",
    {endpoint: "v", model: "m"}
  ],
  ["faithfulness", scorers.faithfulness, {endpoint, modle: "m"}, "model", {endpoint, model: 1}],
  ["includes", scorers.includes, {ignorecase: true}, "ignoreCase", {all: "yes"}],
  ["instructionFollowing", scorers.instructionFollowing, {modes: "loose"}, "mode", {mode: "Strict"}],
  ["jsonFields", scorers.jsonFields, {field: ["a"]}, "fields", {fields: "a"}],
  ["jsonSchema", (options: never) => scorers.jsonSchema({}, options), {serch: true}, "search", {search: 1}],
  [
    "judgePairwise",
    scorers.judgePairwise,
    {...judge, baselin: () => "a"},
    "baseline",
    {...judge, rubric: ""}
  ],
  ["judgeRating", scorers.judgeRating, {...judge, scales: [1, 5]}, "scale", {...judge, scale: [1]}],
  [
    "matchAfter",
    (options: never) => scorers.matchAfter(":", options),
    {orwhole: true},
    "orWhole",
    {lineStart: 1}
  ],
  ["mcc", scorers.mcc, {label: ["a"]}, "labels", {labels: "a, b"}],
  ["multipleChoice", scorers.multipleChoice, {option: 3}, "options", {options: 2.5}],
  ["normalizedMatch", scorers.normalizedMatch, {ignoreArticle: true}, "ignoreArticles", {ignoreCase: "no"}],
  ["numeric", scorers.numeric, {absolut: 1}, "absolute", {which: "lst"}],
  ["probability", scorers.probability, {measur: "brier"}, "measure", {measure: "brierr"}],
  ["retrieval", scorers.retrieval, {measure: "recall", member: "a", kk: 3}, "k", {measure: "recal"}],
  [
    "regexMatch",
    (options: never) => scorers.regexMatch(/a/, options),
    {captured: 1},
    "capture",
    {capture: -1}
  ],
  ["rouge", scorers.rouge, {stemm: true}, "stem", {type: "rouge10"}],
  ["ter", scorers.ter, {casesensitive: true}, "caseSensitive", {normalized: 0}],
  ["toolCallMatch", scorers.toolCallMatch, {order: true}, "ordered", {arguments: "names"}]
];

describe("an option that a scorer does not have", () => {
  it.each(cases)("is refused by %s with the nearest", (name, make, wrong, nearest, value) => {
    expect(() => make(wrong as never)).toThrow(new RegExp(`^${name}: .*did you mean \`${nearest}\``));
    expect(() => make(value as never)).toThrow(new RegExp(`^${name}: \`.*must be`));
  });

  it("is told with all other problems, and where none is near with all that there are", () => {
    expect(() => scorers.numeric({tolerance: 0.1, which: "lst", absolute: NaN} as never)).toThrow(
      'numeric: no option "tolerance": there are which, after, absolute, relative, decimal, units; ' +
        '`which` must be one of "first", "last", not "lst" (did you mean "last"?); ' +
        "`absolute` must be a number (at least 0), not NaN."
    );
    expect(() => scorers.codeExecution({} as never)).toThrow(/`language` .* missing; `tests` .* missing/);
    expect(() => scorers.numeric(0.1 as never)).toThrow("numeric: its options must be an object, not 0.1.");
  });

  it("is looked for in every scorer that has options", () => {
    const checked = new Set(cases.map(([name]) => name));
    // Scorers themselves, those that take none, and what is no scorer.
    const others = [
      "answered",
      "exactMatch",
      "tokenF1",
      "wer",
      "humanLabels",
      "judgeReview",
      "assertionTypes"
    ];
    const helpers = ["identifiedVersion", "modelAsked", "scorerVersion", "withSettings"];
    const all = Object.keys(scorers).filter((name) => ![...others, ...helpers].includes(name));
    expect(all.sort()).toEqual([...checked].sort());
  });

  it("does not trouble an option that is undefined", () => {
    expect(() => scorers.numeric({which: undefined, absolute: 0.1})).not.toThrow();
  });
});

describe("a JSON schema's pattern", () => {
  it("that goes back over its own repetitions is given up, and fails the row", async () => {
    const scorer = scorers.jsonSchema({properties: {name: {type: "string", pattern: "^(a+)+$"}}});
    expect(await score(scorer, `{"name": "aaa"}`)).toBe(1);
    expect(await score(scorer, `{"name": "aab"}`)).toBe(0);
    expect(await score(scorer, JSON.stringify({name: `${"a".repeat(60)}b`}))).toEqual({
      failed: expect.stringContaining("longer than 1 s")
    });
  });

  it("is its own beside others, and of keys too", async () => {
    const scorer = scorers.jsonSchema({
      properties: {a: {type: "string", pattern: "^x+$"}, b: {type: "string", pattern: "^y+$"}},
      patternProperties: {"^n_+": {type: "number"}}
    });
    expect(await score(scorer, `{"a": "xx", "b": "yy", "n_": 1}`)).toBe(1);
    for (const wrong of [`{"a": "yy"}`, `{"b": "xx"}`, `{"n_": "1"}`])
      expect(await score(scorer, wrong)).toBe(0);
    expect(() => scorers.jsonSchema({properties: {a: {pattern: "("}}})).toThrow(/regular expression/i);
  });
});
