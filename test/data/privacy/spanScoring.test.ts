import {describe, expect, it} from "vitest";
import {checkAnnotations, compareSpans, scoreSpans, type Span} from "../../../src/data/privacy/index.js";

const span = (type: string, start: number, end: number): Span => ({type, start, end});

describe("span scoring", () => {
  it("joins pieces that together cover an annotation", () => {
    expect(compareSpans([span("A", 0, 10)], [span("A", 0, 5), span("A", 5, 10)]).get("A")).toEqual({
      truePositives: 1,
      falsePositives: 0,
      falseNegatives: 0
    });
  });

  it("does not let one found span stand for two annotations", () => {
    expect(compareSpans([span("A", 0, 10), span("A", 1, 10)], [span("A", 0, 10)]).get("A")).toEqual({
      truePositives: 1,
      falsePositives: 0,
      falseNegatives: 1
    });
  });

  it("meets the threshold exactly at 0.75", () => {
    expect(compareSpans([span("A", 0, 4)], [span("A", 0, 3)]).get("A")!.truePositives).toBe(1);
    expect(compareSpans([span("A", 0, 100)], [span("A", 0, 74)]).get("A")!.truePositives).toBe(0);
  });

  it("leaves out what is not known: nothing found has no precision, nothing annotated no recall", () => {
    const scores = scoreSpans([{annotated: [span("A", 0, 1)], found: [span("B", 0, 1)]}]);
    expect(scores.get("A")).toEqual({truePositives: 0, falsePositives: 0, falseNegatives: 1, recall: 0});
    expect(scores.get("B")).toEqual({truePositives: 0, falsePositives: 1, falseNegatives: 0, precision: 0});
    expect(scoreSpans([]).size).toBe(0);
  });
});

describe("annotations", () => {
  it("are read in code points and given in UTF-16 units", () => {
    const text = "😀 ada 😀 bob";
    expect(checkAnnotations(text, [{type: "PERSON", start: 8, end: 11, value: "bob"}])).toEqual({
      spans: [{type: "PERSON", start: 10, end: 13}],
      wrong: []
    });
  });

  it("whose offsets hold other words, or lie outside, are reported and left out", () => {
    const wrong = [
      {type: "PERSON", start: 1, end: 4, value: "ada"},
      {type: "PERSON", start: 0, end: 99, value: "ada"},
      {type: "PERSON", start: 1, end: 1, value: ""}
    ];
    expect(checkAnnotations("ada lives", wrong)).toEqual({
      spans: [],
      wrong: [
        {annotation: wrong[0], found: "da "},
        {annotation: wrong[1], found: ""},
        {annotation: wrong[2], found: ""}
      ]
    });
  });
});
