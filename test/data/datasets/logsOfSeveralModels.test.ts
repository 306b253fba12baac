import {describe, expect, it} from "vitest";
import {lmEvalModel, lmEvalRowModel} from "../../../src/data/datasets/index.js";
import {importedLog} from "../../support/importedLog.js";

describe("one dataset of several logs", () => {
  const log = (evaluated: object) => ({
    eval: {run_id: "r", ...evaluated},
    samples: [{id: 1, epoch: 1, input: "q", target: "t", output: {completion: "a"}, scores: {}}]
  });
  const ids = (rows: Record<string, unknown>[]) => rows.map(({id}) => id);

  it("Inspect: the tasks and models of one run, by the id of their eval", async () => {
    const rows = await importedLog(
      "inspect",
      {
        "logs/a.json": log({eval_id: "e1", task: "t", model: "x/a"}),
        "logs/b.json": log({eval_id: "e2", task: "t", model: "x/b"})
      },
      "logs/*.json"
    );
    expect(ids(rows)).toEqual(["e1/1/1", "e2/1/1"]);
    expect(rows.map(({model}) => model)).toEqual(["x/a", "x/b"]);
  });

  it("Inspect: older logs by run, task and model, and by the task's id where one task has two settings", async () => {
    const rows = await importedLog("inspect", {
      "a.json": log({eval_id: "", task: "t", model: "x/a", task_id: ""}),
      "b.json": log({eval_id: null, task: "t", model: "x/b"}),
      "c.json": log({task: "u", model: "x/b", task_id: "one"}),
      "d.json": log({task: "u", model: "x/b", task_id: "two"})
    });
    expect(ids(rows)).toEqual(["r/t/x/a/1/1", "r/t/x/b/1/1", "r/u/x/b/one/1/1", "r/u/x/b/two/1/1"]);
  });

  const samples = [{doc_id: 0, doc: {q: "q"}, filtered_resps: ["x"], filter: "none", metrics: []}];
  const file = "samples_arc_2026-01-01T00-00-00.000000.jsonl";

  it("lm-evaluation-harness: models by the results beside the samples, else by the folder", async () => {
    const rows = await importedLog(
      "lm-eval",
      {
        [`lm/org__a/${file}`]: samples,
        "lm/org__a/results_2026-01-01T00-00-00.000000.json": {model_name: "org/a"},
        "lm/org__a/results_2026-02-01T00-00-00.000000.json": {model_name: "another"},
        [`lm/org__b/${file}`]: samples
      },
      "lm/**/*.jsonl"
    );
    expect(ids(rows)).toEqual(["org/a/arc/none/0", "org__b/arc/none/0"]);
    expect(rows.map(({model}) => model)).toEqual(["org/a", "org__b"]);
  });

  it("lm-evaluation-harness: the project's own folder is no model's", async () => {
    for (const named of [file, `./${file}`]) {
      const rows = await importedLog("lm-eval", {[file]: samples}, named);
      expect(ids(rows)).toEqual(["arc/none/0"]);
      expect(rows[0]).not.toHaveProperty("model");
    }
  });

  it("lm-evaluation-harness: the folder of a URL, never its host", () => {
    const model = (name: string) => lmEvalModel(undefined, name);
    expect(model(`https://host.example/x/org__a/${file}?download=true`)).toBe("org__a");
    expect(model(`https://host.example/${file}`)).toBeUndefined();
    expect(model(`../${file}`)).toBeUndefined();
  });

  it("lm-evaluation-harness: rows say nothing of where their file lies", () => {
    const beside = (run: object) => ({path: "results.json", run});
    const folder = (name: string, run?: object) => lmEvalRowModel(run && beside(run), name);
    for (const name of [
      "/a/b/samples.jsonl",
      `data/${file}`,
      `/home/ada__x/data/${file}`,
      "a__b/samples.jsonl"
    ])
      expect(folder(name)).toBeUndefined();
    expect(folder(`https://host.example/x/org__a/${file}?download=true`)).toBe("org__a");
    expect(folder(`out/gpt2/${file}`, {results: {arc: {}}})).toBe("gpt2");
    expect(folder(`data/${file}`, {unrelated: 1})).toBeUndefined();
    expect(folder(`out/__home__ada__models__m/${file}`)).toBe("models__m");

    const named = (model_name: string) => folder(`out/x__y/${file}`, {model_name});
    expect(
      ["/home/ada/models/m", "C:\\Users\\ada\\models\\m", "../ada/models/m/", "~/models/m"].map(named)
    ).toEqual(Array(4).fill("models/m"));
    expect(["./m", "org/a", "x/a", "gpt2", "a/b/c"].map(named)).toEqual([
      "m",
      "org/a",
      "x/a",
      "gpt2",
      "a/b/c"
    ]);
  });
});

describe("Inspect's scores of several parts", () => {
  it("are one score for each part", async () => {
    const scored = (id: number, more: object) => ({
      id,
      epoch: 1,
      input: "q",
      target: "t",
      scores: {graded: {value: {tone: "C", facts: 0.25, style: "?"}, answer: "a"}, match: {value: "I"}},
      ...more
    });
    const rows = await importedLog("inspect", {
      "log.json": {eval: {eval_id: "e"}, samples: [scored(1, {}), scored(2, {invalidation: {}})]}
    });
    const scores = (values: (number | null)[]) =>
      ["graded/tone", "graded/facts", "graded/style", "match"].map((scorer, i) => ({
        scorer,
        value: values[i],
        answer: scorer === "match" ? null : "a"
      }));
    expect(rows.map((row) => row.scores)).toEqual([
      scores([1, 0.25, null, 0]),
      scores([null, null, null, null])
    ]);
  });
});
