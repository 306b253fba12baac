import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {humanLabels, scorerVersion, type ScoreInput} from "../../../src/evals/scorers/index.js";

const answer = (id: string, output: string, completion?: object) =>
  ({output, row: {id}, completion}) as unknown as ScoreInput;

describe("people's labels", () => {
  it("score the answer that was labelled and no other answer to the same row", () => {
    const scorer = humanLabels([{id: "r1", output: "Paris", score: 1}]);
    expect(scorer(answer("r1", " Paris\n"))).toEqual({value: 1, details: {labels: 1}});
    expect(scorer(answer("r1", "Lyon"))).toEqual({failed: "nobody labelled this answer"});
    expect(scorer(answer("r2", "Paris"))).toEqual({failed: "nobody labelled this answer"});
  });

  it("know an answer by the tools that it called as well, in whatever way their arguments are spaced", () => {
    const called = (order: string, text = "") =>
      answer("r1", text, {toolCalls: [{function: {name: "refund", arguments: `{"order":${order}}`}}]});
    const unanswered = {failed: "nobody labelled this answer"};
    const silent = humanLabels([{id: "r1", output: "", score: 1}]);
    expect(silent(called("1"))).toEqual(unanswered);
    expect(silent(answer("r1", ""))).toMatchObject({value: 1});
    const scorer = humanLabels([
      {id: "r1", output: 'call refund({"order":1})', score: 1},
      {id: "r1", output: 'On it.\ncall refund({"order":2})', score: 0.5}
    ]);
    expect(scorer(called(" 1 "))).toMatchObject({value: 1});
    expect(scorer(called("999"))).toEqual(unanswered);
    expect(scorer(called("2", "On it."))).toMatchObject({value: 0.5});
    expect(scorer(answer("r1", "On it."))).toEqual(unanswered);
  });

  it("of several people are averaged, and counted", () => {
    const labels = [1, 0, 0.5, 1].map((score) => ({id: "r1", output: "Paris", score}));
    expect(humanLabels(labels)(answer("r1", "Paris"))).toEqual({value: 0.625, details: {labels: 4}});
  });

  it("say who gave them, where labels do", () => {
    const labels = ["kb", "am", "kb", undefined].map((by) => ({id: "r1", output: "Paris", score: 1, by}));
    expect(humanLabels(labels)(answer("r1", "Paris"))).toEqual({
      value: 1,
      details: {labels: 4, by: ["am", "kb"]}
    });
  });

  it("make a new version when one of them changes", () => {
    const version = (score: number) => scorerVersion(humanLabels([{id: "r1", output: "Paris", score}]));
    expect(version(1)).toBe(version(1));
    expect(version(1)).not.toBe(version(0));
  });

  it("are read from a file, and every line that is no label is named at once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "assay-labels-"));
    const file = join(folder, "labels.jsonl");
    try {
      await writeFile(
        file,
        `{"id": 7, "output": "yes", "score": 1}\n\n{"id": "8", "output": "no", "score": 0}\n`
      );
      expect(humanLabels(file)(answer("7", "yes"))).toMatchObject({value: 1});
      await writeFile(file, `{"id": 9007199254740993, "output": "yes", "score": 1}\n`);
      expect(humanLabels(file)(answer("9007199254740993", "yes"))).toMatchObject({value: 1});
      expect(humanLabels(file)(answer("9007199254740992", "yes"))).toEqual({failed: expect.any(String)});
      await writeFile(
        file,
        `{"id": "1", "output": "a", "score": 2}\nnot json\n{"output": "b", "score": 1}\n`
      );
      expect(() => humanLabels(file)).toThrow(
        /line 1 has no score from 0 to 1\n.*line 2 has no id, no output, no score.*\n.*line 3 has no id$/
      );
      expect(() => humanLabels(join(folder, "none.jsonl"))).toThrow(
        /cannot be read\. It holds a label a line/
      );
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  });
});
