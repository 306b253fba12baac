import {describe, expect, it} from "vitest";
import {sharedText} from "../../../src/report/components/examples/sharedText.js";

describe("the text that rows share", () => {
  it("is the instruction around each row's own words, cut between words", () => {
    const asked = ["refund please", "relay is broken"].map(
      (own) => `Which queue does this mail belong to?\n${own}\nAnswer with one word.`
    );
    const shared = sharedText(asked)!;
    expect(shared).toEqual({
      before: "Which queue does this mail belong to?\n",
      after: "\nAnswer with one word."
    });
    expect(asked.map((text) => text.slice(shared.before.length, text.length - shared.after.length))).toEqual([
      "refund please",
      "relay is broken"
    ]);
  });

  it("is none of one row, of short beginnings, and of equal texts", () => {
    expect(sharedText(["a long text that nobody shares with it"])).toBeUndefined();
    expect(sharedText(["What is 1 and 2?", "What is 3 and 4?"])).toBeUndefined();
    expect(sharedText(["the same words in both of them", "the same words in both of them"])).toBeUndefined();
  });
});
