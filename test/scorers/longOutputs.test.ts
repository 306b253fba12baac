import {describe, expect, it} from "vitest";
import {instructionFollowing} from "../../src/scorers/index.js";
import type {ScoreInput} from "../../src/scorers/types.js";

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
