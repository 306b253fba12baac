import fc from "../../../support/property.js";
import {describe, expect, it} from "vitest";
import {editedTexts} from "../../../../src/data/datasets/duplicates/index.js";

async function* rowsOf(texts: readonly string[]) {
  for (const [i, text] of texts.entries()) yield await Promise.resolve({row: `r${i}`, text});
}
const found = async (before: readonly string[], after: readonly string[]) =>
  (await editedTexts(before, rowsOf(after))).map(({row, was}) => [was, row]).sort();

const questions = [
  "How do I reset my card PIN?",
  "Why was my transfer declined yesterday evening?",
  "Is there a fee for topping up by cheque?",
  "My new phone shows no notifications"
];

describe("edited texts", () => {
  it("are paired with what they were: a word changed, one added, typing mended", async () => {
    expect(
      await found(questions, [
        "Which currencies can I hold in the account?",
        "How do I change my card PIN?",
        "My new phone shows no notifications at all",
        "Why was my tranfser declined yesterday evening",
        "Is there any fee for topping up by cheque?"
      ])
    ).toEqual([
      [0, "r1"],
      [1, "r3"],
      [2, "r4"],
      [3, "r2"]
    ]);
  });

  it("have no row when they were rewritten throughout, or are gone", async () => {
    expect(await found(questions, ["Can I pay abroad?", "Where is the nearest branch"])).toEqual([]);
    expect(await found(questions, [])).toEqual([]);
    expect(await found([], questions)).toEqual([]);
    expect(await found(["", "?!"], ["", " "])).toEqual([]);
  });

  it("are paired one to one, each with the row most like it", async () => {
    expect(
      await found([questions[0]!], ["How do I reset the PIN of a card", "How do I reset my card's PIN?"])
    ).toEqual([[0, "r1"]]);
    expect(await found([questions[0]!, questions[0]!], [questions[0]!])).toHaveLength(1);
  });

  it("are found among thousands that begin alike, in whatever order the rows come", async () => {
    const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz");
    const word = fc.string({unit: letter, minLength: 5, maxLength: 9});
    const texts = fc
      .sample(fc.array(word, {minLength: 6, maxLength: 12}), {numRuns: 2000})
      .map((words) => `Dear team, ${words.join(" ")}`);
    const edited = texts.map((text) => text.replace(/ \S+$/, " changed")).reverse();
    const pairs = await found(texts, edited);
    expect(pairs).toHaveLength(2000);
    expect(pairs.every(([was, row]) => row === `r${1999 - Number(was)}`)).toBe(true);
  });
});
