import {describe, expect, it} from "vitest";
import {classification} from "../../../src/evals/scorers/index.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

describe("classification", () => {
  it("takes the trimmed output as the label and keeps both labels in the details", () => {
    const scorer = classification();
    expect(scorer(scoreInput(" spam\n", "spam"))).toEqual({
      value: 1,
      details: {expected: "spam", predicted: "spam"}
    });
    expect(scorer(scoreInput("Spam", "spam"))).toEqual({
      value: 0,
      details: {expected: "spam", predicted: "Spam"}
    });
    expect(scorer(scoreInput("", "spam"))).toEqual({value: 0, details: {expected: "spam", predicted: ""}});
  });
  it("reads another spelling of a listed label as that label", () => {
    const scorer = classification({labels: ["change_pin", "card-lost"]});
    for (const output of [
      "Change PIN",
      "change-pin.",
      '"change_pin"',
      "Label: change_pin",
      "**change_pin**"
    ]) {
      expect(scorer(scoreInput(output, "change_pin"))).toEqual({
        value: 1,
        details: {expected: "change_pin", predicted: "change_pin"}
      });
    }
    expect(scorer(scoreInput("CARD LOST", "change_pin"))).toEqual({
      value: 0,
      details: {expected: "change_pin", predicted: "card-lost"}
    });
  });
  it.each([
    "**Label:** positive",
    "**Label**: positive",
    "**Answer: positive**",
    '"Label: positive"',
    "_Category_ = *Positive*.",
    "Answer: **Label: positive!**",
    "positive,",
    "positive;",
    "positive:",
    "positive?",
    "positive。",
    "positive！"
  ])("reads %j as the label within", (output) => {
    const scorer = classification({labels: ["positive", "negative"]});
    expect(scorer(scoreInput(output, "positive"))).toEqual({
      value: 1,
      details: {expected: "positive", predicted: "positive"}
    });
  });
  it("keeps what only holds a label, or a prefix, as it is", async () => {
    const scorer = classification({labels: ["positive", "negative"]});
    for (const output of [
      "positive, negative",
      "Label: positive or negative",
      "Label:",
      "**Label:**",
      "not positive"
    ])
      expect(scorer(scoreInput(output, "positive"))).toEqual({
        value: 0,
        details: {expected: "positive", predicted: output}
      });
    expect(await score(classification({labels: ["why", "why?"]}), "why?", "why")).toBe(0);
    expect(await score(classification({labels: ["why", "why?"]}), "why?", "why?")).toBe(1);
  });
  it("keeps an invented label as a wrong answer", () => {
    expect(classification({labels: ["a", "b"]})(scoreInput(" Something else ", "a"))).toEqual({
      value: 0,
      details: {expected: "a", predicted: "Something else"}
    });
  });
  it("compares labels exactly on request, although they are listed", async () => {
    expect(await score(classification({labels: ["Yes"], normalize: "exact"}), "yes", "Yes")).toBe(0);
  });
  it("reports a correct loose label under the expected spelling", () => {
    expect(classification({normalize: "loose"})(scoreInput("SPAM.", "Spam"))).toEqual({
      value: 1,
      details: {expected: "Spam", predicted: "Spam"}
    });
  });
  it.each([
    ["A", "A*", ["A*", "A", "B"]],
    ["A*", "A", ["A*", "A", "B"]],
    ["*", "***", ["*", "**", "***"]],
    ["", "***", ["*", "**", "***"]],
    ["-", "_", ["-", "_"]],
    ["it", "IT", ["IT", "it", "de"]],
    ["", "***", undefined]
  ])("keeps %j apart from %j when both are labels, or signs", (output, expected, labels) => {
    const scorer = classification({labels, normalize: "loose"});
    expect(scorer(scoreInput(output, expected))).toEqual({value: 0, details: {expected, predicted: output}});
    expect(scorer(scoreInput(` ${expected}\n`, expected))).toEqual({
      value: 1,
      details: {expected, predicted: expected}
    });
    expect(scorer.check?.(expected, {id: "1"})).toBeUndefined();
  });
  it("reads the other labels loosely beside such, and takes a doubtful spelling for none", async () => {
    const scorer = classification({labels: ["A*", "A", "B", "B"]});
    expect(await score(scorer, "**b**.", "B")).toBe(1);
    expect(scorer(scoreInput("a.", "A"))).toEqual({value: 0, details: {expected: "A", predicted: "a."}});
  });
  it("fails a row without an expected label", async () => {
    expect(await score(classification(), "a")).toEqual({failed: expect.any(String)});
    expect(await score(classification(), "a", ["a"])).toEqual({failed: expect.any(String)});
    expect(await score(classification(), "a", " ")).toEqual({
      failed: expect.stringContaining("it is empty, or")
    });
  });
  it("decides by accuracy, or by macro F1 when told to, which is undefined without rows", () => {
    const row = (expected: string, predicted: string) => ({details: {expected, predicted}});
    expect(classification().corpus).toBeUndefined();
    const macro = classification({average: "f1_macro"});
    expect(corpusOf(macro, [row("a", "a"), row("a", "b"), row("b", "b")])).toBeCloseTo(2 / 3, 12);
    expect(corpusOf(macro, [row("a", "a"), row("a", "invented"), row("b", "b")])).toBeCloseTo(
      (2 / 3 + 1) / 2,
      12
    );
    expect(corpusOf(macro, [])).toBeUndefined();
  });
});
