import {describe, expect, it} from "vitest";
import {
  bleu,
  classification,
  instructionFollowing,
  jsonFields,
  jsonSchema,
  multipleChoice,
  numeric,
  type Scorer
} from "../../../src/evals/scorers/index.js";
import type {ScoreInput} from "../../../src/evals/scorers/types.js";

/** Texts of a model that loops, which make careless expressions take quadratic time. */
const texts: [what: string, piece: string][] = [
  ["brackets", "["],
  ["angles", "<"],
  ["closed angles", "<<>"],
  ["abbreviations", "e.g. "],
  ["marks", "!"],
  ["dots without spaces", "a."],
  ["stars", "*"],
  ["spaces", " "],
  ["line breaks", "\n"],
  ["quotation marks", '"']
];
const given = {
  "detectable_content:number_placeholders": {num_placeholders: 1},
  "detectable_format:title": {},
  "detectable_format:number_highlighted_sections": {num_highlights: 1},
  "length_constraints:number_sentences": {relation: "at least", num_sentences: 3},
  "length_constraints:number_paragraphs": {num_paragraphs: 3}
};

const seconds = async (id: string, output: string) => {
  const before = process.cpuUsage();
  const expected = {instruction_id_list: [id], kwargs: [given[id as keyof typeof given]]};
  await instructionFollowing()({output, expected} as ScoreInput);
  return process.cpuUsage(before).user / 1e6;
};

describe("an instruction is checked in time that grows with the output", () => {
  it.each(Object.keys(given))("%s", async (id) => {
    for (const [what, piece] of texts) {
      const found = await seconds(id, piece.repeat(200_000 / piece.length));
      // Quadratic work on 200,000 characters takes 20 seconds and more.
      expect(found, what).toBeLessThan(5);
    }
  });
});

const instruction = (id: string, kwargs: object) => ({instruction_id_list: [id], kwargs: [kwargs]});
const slow: [what: string, scorer: Scorer, output: string, expected: unknown][] = [
  ["an unclosed fence", jsonSchema({}), "```json" + "\n".repeat(2000) + "x", undefined],
  ["unclosed fences", jsonSchema({}, {search: true}), ("```json" + "\n".repeat(50)).repeat(2000), undefined],
  ["line breaks after a fence", jsonSchema({}, {search: true}), "```" + "\n".repeat(100_000), undefined],
  ["escaped quotes", jsonFields(), '\\"'.repeat(100_000), {a: 1}],
  [
    "escaped quotes after a long number",
    jsonFields(),
    `[${"1".repeat(20)},"${'\\"'.repeat(200_000)}`,
    {a: 1}
  ],
  ["full stops within a label", classification({labels: ["a", "b"]}), `a${".".repeat(100_000)}z`, "a"],
  ["stars after an answer", multipleChoice(), `answer is${"*".repeat(100_000)}z`, "B"],
  ["stars after a letter", multipleChoice(), `answer is A${"*".repeat(100_000)}z`, "B"],
  ["stars behind a conclusion", multipleChoice(), `therefore${"*".repeat(100_000)}z`, "B"],
  ["letters on lines", multipleChoice(), "B\n".repeat(50_000), "B"],
  ["lines of blanks", multipleChoice(), `a${"\n  ".repeat(50_000)}B${" ".repeat(50_000)}z`, "B"],
  ["choosing", multipleChoice(), "I choose ".repeat(20_000), "B"],
  ["letters in one breath", multipleChoice(), "option A ".repeat(20_000), "B"],
  ["letters and stars in one breath", multipleChoice(), `The answer is A${"***B".repeat(50)}x`, "B"],
  ["blanks after an answer", multipleChoice(), `answer${" ".repeat(50_000)}is${" ".repeat(50_000)}z`, "B"],
  ["fractions without an end", numeric(), "1/".repeat(100_000), 1],
  ["numbers with blanks between", numeric(), "1 ".repeat(100_000), 1],
  ["fractions of LaTeX", numeric(), "\\frac{1".repeat(30_000), 1],
  ["blanks between words", bleu(), `a${" ".repeat(100_000)}z`, "a z"],
  [
    "quotation marks within",
    instructionFollowing(),
    `a${'"'.repeat(100_000)}z`,
    instruction("startend:end_checker", {end_phrase: "z"})
  ],
  [
    "blanks after a full stop",
    instructionFollowing(),
    `A.${" ".repeat(100_000)}z`,
    instruction("change_case:capital_word_frequency", {capital_relation: "at least", capital_frequency: 1})
  ]
];

describe("an output is scored in time that grows with its length", () => {
  it.each(slow)("%s", async (_, scorer, output, expected) => {
    const before = process.cpuUsage();
    await scorer({output, expected, row: {id: "1"}} as ScoreInput);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });
});
