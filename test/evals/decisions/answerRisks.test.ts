import {describe, expect, it} from "vitest";
import {endRisks, servedRisks} from "../../../src/evals/decisions/answerRisks.js";
import {type CandidateEnds, decide, type ServedModel} from "../../../src/evals/decisions/index.js";

const ends = (candidate: string, counts: Partial<CandidateEnds>): CandidateEnds => ({
  ...{candidate, answers: 1000, cut: 0, cutEmpty: 0, refused: 0, empty: 0},
  ...counts
});

describe("how answers ended", () => {
  it("is a risk from one in a hundred of a candidate's answers on, for the worst with the others behind it", () => {
    expect(endRisks([ends("a", {cut: 9, refused: 9, empty: 9}), ends("b", {})])).toEqual([]);
    const risks = endRisks([
      ends("a", {cut: 10, maxTokens: 64}),
      ends("b", {cut: 1000, cutEmpty: 990, maxTokens: 64}),
      ends("c", {answers: 1, refused: 1}),
      ends("d", {empty: 500}),
      ends("none", {answers: 0})
    ]);
    expect(risks.map(({sentence}) => sentence)).toEqual([
      "1,000 of 1,000 answers of b were cut at max_tokens (64), 990 of them empty; of a 10 of 1,000: raise max_tokens.",
      "1 of 1 answers of c was refused by the model or taken by a filter: read some of them before you trust the score.",
      "500 of 1,000 answers of d were empty, though they were not cut: look at the prompt, the chat template, and where the server puts the answer's text."
    ]);
    expect(risks[0]!.candidates).toEqual(["b", "a"]);
    expect(endRisks([ends("a", {cut: 20})])[0]!.sentence).toContain("cut at the server's token limit:");
  });
});

describe("who answered", () => {
  const one = {candidate: "m", model: "m-v2", answers: 120, fingerprints: 1};

  it("is a risk where several models did, and a note of lower rank where one model had several fingerprints", () => {
    expect(servedRisks([one, {...one, candidate: "other", model: "m-v1"}])).toEqual([]);
    const mixed = servedRisks([one, {...one, model: "m-v1", answers: 24}]);
    expect(mixed).toEqual([
      {
        kind: "answerer",
        sentence: "m: answers come from 2 served models: m-v2 (120) and m-v1 (24).",
        candidates: ["m"]
      }
    ]);
    const [note] = servedRisks([{...one, fingerprints: 3}]);
    expect(note).toMatchObject({kind: "answerer", moves: 0});
    expect(note!.sentence).toContain("named 3 system fingerprints for m-v2");
  });

  it("stands before a stale price, a note behind it", () => {
    const rowIds = ["r1", "r2"];
    const table = {candidates: ["m"], rowIds, values: [[1, 0]], binary: true};
    const prices = [{candidate: "m", asOf: "2025-01-01", days: 400}];
    const kinds = (served: ServedModel[]) =>
      decide(table, {margin: 0.01, seed: "s", facts: {prices, served}}).risks.map(({kind}) => kind);
    expect(kinds([one, {...one, model: "m-v1"}])).toEqual(["answerer", "price"]);
    expect(kinds([{...one, fingerprints: 2}])).toEqual(["price", "answerer"]);
  });
});
