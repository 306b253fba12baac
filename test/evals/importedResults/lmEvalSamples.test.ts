import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";

const DATE = "2026-01-02T03-04-05.678901";

/** A folder as the harness writes it; `results` beside the samples where it is given. */
function samplesFile(lines: readonly (object | string)[], results?: object | string): string {
  const folder = join(mkdtempSync(join(tmpdir(), "lm-eval-")), "org__a");
  mkdirSync(folder);
  const text = (value: object | string) => (typeof value === "string" ? value : JSON.stringify(value));
  if (results !== undefined) writeFileSync(join(folder, `results_${DATE}.json`), text(results));
  const path = join(folder, `samples_task_${DATE}.jsonl`);
  writeFileSync(path, lines.map(text).join("\n"));
  return path;
}

const sample = (doc_id: number, metrics: object, more: object = {}) => ({
  doc_id,
  doc: {a: 1},
  target: "x",
  arguments: {gen_args_0: {arg_0: "q", arg_1: {until: ["\n"]}}},
  resps: [["a"]],
  filtered_resps: ["a"],
  filter: "none",
  metrics: Object.keys(metrics),
  ...metrics,
  ...more
});

const read = async (path: string) => combine(await readResults([path]));

describe("metrics of lm-evaluation-harness", () => {
  const metrics = {acc: 1, likelihood_diff: 3.5, answer_loss: 2, wer: 0.4};

  it("are costs where the results file says so, whatever they are called", async () => {
    const higher_is_better = {task: {acc: true, likelihood_diff: false, answer_loss: true}};
    const {scorers, notes} = await read(samplesFile([sample(0, metrics)], {higher_is_better}));
    expect(scorers.map(({name}) => name)).toEqual(["acc", "answer_loss"]);
    expect(notes).toEqual([expect.stringMatching(/likelihood_diff, wer left out: smaller is better/)]);
  });

  it("are costs by whole words of their names where it does not", async () => {
    const names = ["answer", "exact_answer", "gloss", "filter_by_letter", "formse", "character"];
    const costs = ["word_perplexity", "bits_per_byte", "brier_score", "ter", "rmse", "val-loss", "wer"];
    const all = Object.fromEntries([...names, ...costs].map((name) => [name, 1]));
    const {scorers} = await read(samplesFile([sample(0, all)]));
    expect(scorers.map(({name}) => name)).toEqual(names);
  });

  it("are missing where the harness wrote NaN or Infinity, and the other samples count", async () => {
    const bare = (value: object) => JSON.stringify(value).replaceAll(/"@(.*?)"/g, "$1");
    const {answers, candidates} = await read(
      samplesFile(
        [
          sample(0, {acc: 1}),
          bare(sample(1, {acc: "@NaN"}, {doc: {a: 'NaN and "-Infinity"'}})),
          bare(sample(2, {acc: "@Infinity"}))
        ],
        bare({model_name: "org/a", results: {task: {"acc_stderr,none": "@NaN"}}})
      )
    );
    expect(candidates[0]!.name).toBe("org/a");
    expect(answers.map(({scores}) => scores)).toEqual([
      [{scorer: "acc", value: 1, reason: undefined}],
      [{scorer: "acc", value: undefined, reason: "the file holds no number"}],
      [{scorer: "acc", value: undefined, reason: "the file holds no number"}]
    ]);
    expect(answers[1]!.slices!.a).toBe('NaN and "-Infinity"');
  });
});

describe("answers of lm-evaluation-harness", () => {
  const pairs = [
    ["-3.2", "False"],
    ["-1.1", "True"]
  ];
  const asked = (...requests: unknown[][]) => ({
    arguments: Object.fromEntries(requests.map(([arg_0, arg_1], i) => [`gen_args_${i}`, {arg_0, arg_1}]))
  });
  const answer = async (more: object) => {
    const {answers} = await read(samplesFile([sample(0, {acc: 1}, more)]));
    return [answers[0]!.output, answers[0]!.expected];
  };

  it("to options are the likeliest of them, and what was expected is one of them", async () => {
    const options = asked(["q", " A"], ["q", " B"]);
    expect(await answer({...options, filtered_resps: pairs, target: "0"})).toEqual(["B", "A"]);
    expect(await answer({...options, filtered_resps: pairs, target: " B"})).toEqual(["B", " B"]);
    expect(
      await answer({
        arguments: [
          ["q", " A"],
          ["q", " B"]
        ],
        filtered_resps: [
          [-0.5, true],
          [-1, false]
        ],
        target: 1
      })
    ).toEqual(["A", "B"]);
  });

  it("are absent where only likelihoods were kept and nothing tells what of", async () => {
    expect(await answer({filtered_resps: pairs, target: "0"})).toEqual([undefined, "0"]);
    const contexts = asked(["She", " won."], ["He", " won."]);
    expect(await answer({...contexts, filtered_resps: pairs, target: "0"})).toEqual([undefined, "0"]);
    expect(await answer({...asked(["q", " A"]), filtered_resps: [["-3.2", "True"]]})).toEqual([
      undefined,
      "x"
    ]);
    const rolling = {arguments: {gen_args_0: {arg_0: "A whole text"}}, filtered_resps: ["-123.4"]};
    expect(await answer(rolling)).toEqual([undefined, "x"]);
  });

  it("that were generated stay as they are, numbers too", async () => {
    expect(await answer({filtered_resps: ["-18"]})).toEqual(["-18", "x"]);
    expect(await answer({filtered_resps: [["first", "second"]]})).toEqual(["first", "x"]);
  });
});

describe("documents of lm-evaluation-harness that share a doc_id", () => {
  const subject = (name: string, acc: number, more: object = {}) =>
    sample(0, {acc}, {doc: {question: `${name}?`, subject: name}, ...more});
  const scoresIn = async (...samples: object[]) =>
    (await read(samplesFile(samples))).answers.map(({row, scores}) => [row, ...scores]);

  it("are rows apart where several tasks are joined in one file, and a note says so", async () => {
    const subjects = [subject("law", 1), subject("anatomy", 0), subject("virology", 0)];
    const {rows, answers, notes} = await read(samplesFile([...subjects, sample(1, {acc: 1})]));
    expect(rows.map(({id}) => id)).toEqual([
      ...subjects.map(() => expect.stringMatching(/^task\/0-[0-9a-f]{12}$/) as string),
      "task/1"
    ]);
    expect(answers.map(({scores}) => scores.map(({value}) => value))).toEqual([[1], [0], [0], [1]]);
    expect(notes[0]).toMatch(/\.jsonl: one `doc_id` stands for several documents/);
  });

  it("are paired between models by the document, in whatever order they were joined", async () => {
    const paths = [
      [subject("law", 1), subject("anatomy", 0)],
      [subject("anatomy", 1), subject("law", 0)]
    ].map((samples) => samplesFile(samples));
    const {rows, answers} = combine(await readResults([`a=${paths[0]}`, `b=${paths[1]}`]));
    expect(rows.map(({slices}) => slices.subject)).toEqual(["law", "anatomy"]);
    expect(answers.map(({candidate, scores}) => [candidate, scores[0]!.value])).toEqual([
      ["a", 1],
      ["b", 0],
      ["a", 0],
      ["b", 1]
    ]);
  });

  it("are told apart by their hash where the document itself was left out", async () => {
    const hashed = (doc_hash: string) => sample(0, {acc: 1}, {doc: {}, doc_hash});
    expect(await scoresIn(hashed("a".repeat(64)), hashed("b".repeat(64)))).toHaveLength(2);
  });

  it("are one row with the scores of all its filters", async () => {
    const filtered = (filter: string, exact_match: number) => sample(0, {exact_match}, {filter});
    expect(await scoresIn(filtered("strict-match", 0), filtered("flexible-extract", 1))).toMatchObject([
      ["task/0", {scorer: "exact_match,strict-match", value: 0}, {scorer: "exact_match,flexible-extract"}]
    ]);
  });

  it("are refused where a file holds two runs, whose mean is nobody's score", async () => {
    const run = (acc: number) => Array.from({length: 12}, (_, i) => sample(i, {acc}));
    const refused = scoresIn(...run(1), ...run(0));
    await expect(refused).rejects.toThrow(
      /holds document task\/0, task\/1, .*task\/9 and 2 more twice\. Name the samples_TASK_….jsonl of one run, as lm-eval wrote it\.$/
    );
    const unnamed = sample(0, {exact_match: 1}, {filter: undefined});
    await expect(scoresIn(unnamed, unnamed)).rejects.toThrow(
      /holds document task\/0 twice\. .* which the file does not name, keep the lines of one\.$/
    );
  });
});
