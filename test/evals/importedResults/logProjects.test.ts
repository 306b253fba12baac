import {mkdir, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {describe, expect, it} from "vitest";
import {nameOf} from "../../../src/cli/evals/verdict/importResults.js";
import {projectFiles, readProject} from "../../../src/evals/importedResults/projects/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

interface Harness {
  /** What is expected, and what each filter made of the answer, by the document's number. */
  target(i: number): string;
  filters: Record<string, (i: number) => string>;
  score(filtered: string, i: number): number;
  settings?: object;
}

async function harness({target, filters, score, settings = {}}: Harness) {
  const folder = join(await temporaryProject(), "org__m");
  await mkdir(folder);
  const samples = Object.entries(filters).flatMap(([filter, of]) =>
    Array.from({length: 40}, (_, i) => ({
      doc_id: i,
      doc: {question: `Q${i}`},
      target: target(i),
      arguments: {gen_args_0: {arg_0: `Q${i}`, arg_1: settings}},
      resps: [[`It is ${i}.`]],
      filtered_resps: [of(i)],
      filter,
      metrics: ["exact_match"],
      doc_hash: `h${i}`,
      exact_match: score(of(i), i)
    }))
  );
  const path = join(folder, "samples_gsm8k_2026-10-01T10-00-00.000000.jsonl");
  await writeFile(path, samples.map((one) => JSON.stringify(one)).join("\n"));
  return readProject([path], nameOf);
}

const strict = (i: number) => (i % 4 === 0 ? String(i) : "[invalid]");

describe("lm-eval's samples as a project", () => {
  it("are scored by what gives the log's scores, with the outputs of one filter", async () => {
    const project = await harness({
      target: (i) => `She has ${i} = <<${i}>>${i}.\n#### ${i}`,
      filters: {"strict-match": strict, "flexible-extract": String},
      score: (filtered, i) => Number(filtered === String(i))
    });
    expect(project.scorers).toEqual([
      {name: "exact_match_strict_match", code: "numeric()", imports: ["numeric"]}
    ]);
    expect(project.outputs!.slice(0, 2).map(({output}) => output)).toEqual(["0", "[invalid]"]);
    expect(project.dropped).toEqual([
      "scorer exact_match,flexible-extract: the outputs to replay are those of the filter strict-match; its scores are in the imported eval"
    ]);
  });

  it("leave out a scorer that nothing here stands for, and say what holds its place", async () => {
    const project = await harness({
      target: () => "yes",
      filters: {none: () => "yes"},
      score: (_filtered, i) => Number(i % 4 === 0)
    });
    expect(project.scorers.map(({name}) => name)).toEqual(["exact"]);
    expect(project.dropped).toEqual([
      "scorer exact_match: exactMatch gives another score than the log on 30 of 40 answers; its scores are in the imported eval",
      "the eval's scorer exact: normalizedMatch() only holds its place, since no scorer was taken over"
    ]);
  });

  it("keep one that differs on few answers, and say on how many", async () => {
    const {scorers, dropped} = await harness({
      target: () => "yes",
      filters: {none: () => "yes"},
      score: (_filtered, i) => Number(i > 1)
    });
    expect(scorers.map(({code}) => code)).toEqual(["exactMatch"]);
    expect(dropped).toEqual([
      "scorer exact_match: exactMatch stands for it; it gives another score than the log on 2 of 40 answers"
    ]);
  });

  it("name the settings that the model was asked with", async () => {
    const {candidates, dropped} = await harness({
      target: () => "yes",
      filters: {none: () => "yes"},
      score: () => 1,
      settings: {until: ["\n"], temperature: 0.7, max_gen_toks: 32, do_sample: true, best_of: 3}
    });
    expect(candidates[0]!.params).toEqual({stop: ["\n"], temperature: 0.7, max_tokens: 32});
    expect(dropped).toEqual([
      "samples_gsm8k_2026-10-01T10-00-00.000000.jsonl: the setting best_of has no counterpart",
      'candidate org__m: nothing here speaks to it; it was asked with {"stop":["\\n"],"temperature":0.7,"max_tokens":32}'
    ]);
  });
});

const message = (role: string, content: string) => ({role, content});

/** A log of three samples; `sample` adds to each. */
async function inspectLog(changes: {
  model?: string;
  header?: object;
  sample?: (i: number) => {messages: object[]; choices?: string[]; metadata?: object};
}) {
  const {model = "openai/gpt-4o-mini", header = {}, sample} = changes;
  const log = {
    version: 2,
    status: "success",
    eval: {task: "poll", model, dataset: {samples: 3}, model_generate_config: {max_tokens: 16}},
    plan: {
      steps: [{solver: "system_message"}, {solver: "generate"}],
      config: {temperature: 0.7, max_retries: 3}
    },
    ...header,
    samples: [0, 1, 2].map((i) => ({
      id: i + 1,
      epoch: 1,
      input: `Question ${i}?`,
      target: "A",
      output: {model, choices: [{message: message("assistant", "A")}]},
      scores: {includes: {value: "C"}},
      ...sample?.(i)
    }))
  };
  const path = join(await temporaryProject(), `${model.replaceAll(/\W/g, "-")}.json`);
  await writeFile(path, JSON.stringify(log));
  return path;
}

const asked = (system: string, user: string) => ({
  messages: [message("system", system), message("user", user), message("assistant", "A")]
});

describe("Inspect's logs as a project", () => {
  it("ask with the system message, the choices and the settings of the log", async () => {
    const path = await inspectLog({
      sample: (i) => ({
        ...asked("Answer with a letter.", `Choose.\n\nQuestion ${i}?\n\nA) Yes`),
        choices: ["Yes", "No"]
      })
    });
    const project = await readProject([path], nameOf);
    expect(project.prompts[0]!.content).toEqual([
      {role: "system", content: "Answer with a letter."},
      {role: "user", content: "{{user}}"}
    ]);
    expect(project.rows[1]).toEqual({
      id: "2",
      part: "test",
      input: "Question 1?",
      user: "Choose.\n\nQuestion 1?\n\nA) Yes",
      choices: ["Yes", "No"],
      target: "A"
    });
    expect(project.candidates[0]!.params).toEqual({temperature: 0.7, max_tokens: 16});
    expect(project.dropped).toEqual([]);
    const text = projectFiles(project).find(({path}) => path === "evals/poll.eval.ts")!.text;
    expect(text).toContain('role: "system", content: `Answer with a letter.`');
    expect(text).toContain('params: {"max_tokens":16,"temperature":0.7}');
  });

  it("keep in a column system messages that differ, or hold places, beside metadata of that name", async () => {
    const sample = (system: (i: number) => string) => (i: number) => ({
      ...asked(system(i), `Question ${i}?`),
      metadata: {system: "solar"}
    });
    for (const system of [(i: number) => `You are ${i}.`, () => "Say {{input}}."]) {
      const {prompts, rows} = await readProject([await inspectLog({sample: sample(system)})], nameOf);
      expect(prompts[0]!.content).toEqual([
        {role: "system", content: "{{system_asked}}"},
        {role: "user", content: "{{input}}"}
      ]);
      expect(rows[2]).toMatchObject({system: "solar", system_asked: system(2)});
    }
  });

  it("name what has no counterpart, and logs that were asked otherwise", async () => {
    const first = await inspectLog({
      sample: (i) => asked("Be brief.", `Question ${i}?`),
      header: {
        plan: {steps: [{solver: "generate"}, {solver: "self_critique"}], config: {reasoning_effort: "high"}}
      }
    });
    const second = await inspectLog({
      model: "openai/gpt-4o",
      sample: (i) => asked("Be long.", `Question ${i}?`)
    });
    const shots = await inspectLog({
      model: "mockllm/model",
      sample: (i) => ({messages: [message("user", "An example?"), message("user", `Question ${i}?`)]})
    });
    const paths = [first, second, shots];
    const [one, two, three] = paths.map((path) => basename(path));
    const {dropped, candidates} = await readProject(paths, nameOf);
    expect(candidates.map(({params}) => params.temperature)).toEqual([undefined, 0.7, 0.7]);
    expect(dropped).toEqual([
      `${one}: the setting reasoning_effort has no counterpart`,
      `${one}: the solver self_critique has no counterpart`,
      `${three}: 3 samples were asked with more than a system and a user message; their input alone is asked`,
      `${two}: its messages are not those of ${one}, which the eval asks with`,
      `${three}: its messages are not those of ${one}, which the eval asks with`,
      'candidate mockllm/model: nothing here speaks to it; it was asked with {"max_tokens":16,"temperature":0.7}'
    ]);
  });
});

describe("an OpenAI Evals export as a project", () => {
  it("asks with the settings of each candidate's run, whatever day its model is of", async () => {
    const run = (id: string, temperature: number, system: string) => ({
      object: "eval.run",
      id,
      name: id,
      model: "gpt-4o-mini",
      status: "completed",
      data_source: {
        type: "completions",
        model: "gpt-4o-mini",
        input_messages: {
          type: "template",
          template: [message("system", system), message("user", "{{item.t}}")]
        },
        sampling_params: {
          temperature,
          max_completion_tokens: 50,
          seed: 7,
          top_p: null,
          reasoning_effort: "low"
        }
      }
    });
    const items = ["warm", "cold"].flatMap((id) =>
      [0, 1].map((i) => ({
        object: "eval.run.output_item",
        id: `${id}${i}`,
        run_id: id,
        datasource_item_id: i,
        datasource_item: {t: `t${i}`, label: "x"},
        results: [{name: "exact", passed: true, score: 1}],
        sample: {model: "gpt-4o-mini-2024-07-18", output: [message("assistant", "x")], error: null}
      }))
    );
    const grader = {
      type: "string_check",
      name: "exact",
      operation: "eq",
      input: "{{sample.output_text}}",
      reference: "x"
    };
    const path = join(await temporaryProject(), "export.json");
    const evaluation = {object: "eval", id: "e", name: "T", testing_criteria: [grader]};
    const runs = [run("warm", 0.7, "One."), run("cold", 0, "Two.")];
    await writeFile(path, JSON.stringify({eval: evaluation, runs, output_items: items}));
    const {candidates, dropped} = await readProject([path], nameOf);
    expect(candidates.map(({name, params}) => [name, params])).toEqual([
      ["gpt-4o-mini-2024-07-18 (warm)", {temperature: 0.7, max_tokens: 50, seed: 7}],
      ["gpt-4o-mini-2024-07-18 (cold)", {temperature: 0, max_tokens: 50, seed: 7}]
    ]);
    expect(dropped).toEqual([
      "run warm: the setting reasoning_effort has no counterpart",
      "run cold: the setting reasoning_effort has no counterpart",
      expect.stringMatching(/^the replay states the first prompt alone; .*Two\./)
    ]);
  });
});
