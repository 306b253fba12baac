// @module-tag long
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {nameOf} from "../../src/cli/evals/verdict/importResults.js";
import {combine, readResults} from "../../src/evals/importedResults/index.js";
import {readProject} from "../../src/evals/importedResults/projects/index.js";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {startModelServer} from "../support/modelServer.js";
import {folder} from "./support/initFolder.js";

describe("two commands from another tool's export to a verdict", () => {
  it("lm-eval: files of one name keep folders of their own, with the results that name their models", async () => {
    const dir = folder();
    const logs = mkdtempSync(join(tmpdir(), "logs-"));
    for (const [at, model] of [
      ["a/run", "org/alpha"],
      ["b/run", "org/beta"]
    ] as const) {
      mkdirSync(join(logs, at), {recursive: true});
      const metrics = {acc: 1, regard: 3};
      const line = {doc_id: 0, doc: {}, target: "x", filtered_resps: [model], metrics: Object.keys(metrics)};
      writeFileSync(join(logs, at, "samples_t_2026-01-01.jsonl"), JSON.stringify({...line, ...metrics}));
      const results = {model_name: model, higher_is_better: {t: {acc: true, regard: false}}};
      writeFileSync(join(logs, at, "results_2026-01-01.json"), JSON.stringify(results));
    }
    const sources = ["a/run", "b/run"].map((at) => join(logs, at, "samples_t_2026-01-01.jsonl"));
    expect((await assayHere(dir, "init", "--from", ...sources)).stderr).toBe("");
    expect(readFileSync(join(dir, "evals/t-imported.eval.ts"), "utf8")).toContain(
      `files: ["org/alpha=data/results/run/samples_t_2026-01-01.jsonl","org/beta=data/results/run-2/samples_t_2026-01-01.jsonl"]`
    );
    const copies = ["org/alpha=data/results/run", "org/beta=data/results/run-2"];
    const read = await readResults(
      copies.map((copy) => `${copy}/samples_t_2026-01-01.jsonl`),
      {folder: dir}
    );
    const {rows, candidates, scorers} = combine(read);
    expect(rows.map(({id}) => id)).toEqual(["t/0"]);
    expect(candidates.map(({name, model}) => [name, model])).toEqual([
      ["org/alpha", "org/alpha"],
      ["org/beta", "org/beta"]
    ]);
    expect(scorers.map(({name}) => name)).toEqual(["acc"]);
  });

  it("promptfoo: credentials of addresses are in no file and no word of the new project", async () => {
    const dir = folder();
    const secret = "https://user:hunter2pw@example.com/v1/x?key=SECRETQUERY99";
    const from = join(mkdtempSync(join(tmpdir(), "config-")), "promptfooconfig.yaml");
    const config = {
      prompts: ["Answer {{q}}"],
      providers: [
        secret,
        {id: "openai:gpt-4o", label: `mine at ${secret}`, config: {apiBaseUrl: secret, apiKeyEnvar: "MY_KEY"}}
      ],
      tests: [{vars: {q: "1+1"}, assert: [{type: "equals", value: "2"}]}]
    };
    writeFileSync(from, JSON.stringify(config));
    const {stdout, stderr} = await assayHere(dir, "init", "--from", from);
    const written = readdirSync(dir, {recursive: true, withFileTypes: true})
      .filter((one) => one.isFile())
      .map(({parentPath, name}) => readFileSync(join(parentPath, name), "utf8"));
    const all = [stdout, stderr, ...written].join("\n");
    expect(all).toContain('baseUrl: "https://example.com/v1/x"');
    expect(all).toContain("nothing here speaks to https://example.com/v1/x?key=hidden");
    expect(all).toContain("user info and query of its address not taken over");
    expect(all).not.toMatch(/hunter2pw|SECRETQUERY/);
  });

  it("promptfoo: the configuration asks its models, and its assertions score them", async () => {
    const dir = folder();
    const server = await startModelServer({
      models: ["small"],
      answer: ({prompt}) => (prompt.includes("parcel") ? "shipping" : "billing")
    });
    try {
      writeFileSync(
        join(dir, "promptfooconfig.yaml"),
        `description: Tickets
prompts: ["Name the queue: {{question}}"]
providers:
  - {id: openai:chat:small, label: small, config: {apiBaseUrl: "${server.url}/v1", temperature: 0, inputCost: 0.000002, cost: 0.000008}}
tests:
  - {vars: {question: Where is my parcel?}, assert: [{type: equals, value: shipping}]}
  - {vars: {question: Cancel my plan}, assert: [{type: equals, value: account}, {type: not-contains, value: sorry}]}
`
      );
      expect((await assayHere(dir, "init", "--from", "promptfooconfig.yaml")).code).toBe(0);
      expect(readFileSync(join(dir, "evals/tickets.eval.ts"), "utf8")).toContain("assertions()");
      process.env.OPENAI_API_KEY ??= "none";
      const run = await assayHere(dir, "run", "--json");
      expect(run.stderr).not.toMatch(/^assay:/m);
      const [only] = JSON.parse(run.stdout) as {verdict: {summaries: {mean: number; scored: number}[]}}[];
      expect(only!.verdict.summaries).toMatchObject([{candidate: "small", mean: 0.5, scored: 2}]);
      const costs = (await assayHere(dir, "costs", "tickets", "--json")).stdout;
      expect(JSON.parse(costs)).toMatchObject({
        prices: [
          {
            model: "small",
            inputUsdPerMillion: 2,
            outputUsdPerMillion: 8,
            source: "promptfooconfig.yaml: cost, inputCost"
          }
        ]
      });
      expect(
        server.requests
          .map(({prompt}) => prompt)
          .filter((prompt) => prompt.startsWith("Name"))
          .sort()
      ).toEqual(["Name the queue: Cancel my plan", "Name the queue: Where is my parcel?"]);
      const definition = join(dir, "evals/tickets.eval.ts");
      const changed = readFileSync(definition, "utf8").replace(
        "scorers:",
        "repeats: 2, fewShot: {count: 3},\n  scorers:"
      );
      writeFileSync(definition, changed);
      const out = await assay(
        dir,
        "export",
        "tickets",
        "--promptfoo",
        "back.yaml",
        "--inspect",
        "back.jsonl"
      );
      expect(out.stdout).toMatch(/2 tests \(back.tests.json\), 1 prompts, 1 providers in .*back.yaml/);
      const leftOut = "not taken over: fewShot: the prompts have none of the 3 examples of a run\n";
      expect(out.stdout.split(leftOut)).toHaveLength(3);
      expect(out.stdout).toContain("not taken over: repeats: give the task 2 epochs\n");
      const first = await readProject([join(dir, "promptfooconfig.yaml")], nameOf);
      const again = await readProject([join(dir, "back.yaml")], nameOf);
      const asked = ({rows, prompts, candidates}: typeof first) => [
        rows.map(({question, assert}) => [question, assert]).sort(),
        prompts.map(({content}) => content),
        candidates.map((one) => ({...one, price: {...one.price, source: "promptfoo"}}))
      ];
      expect(asked(again)).toEqual(asked(first));
      expect([first.repeats, again.repeats]).toEqual([1, 2]);
      const samples = readFileSync(join(dir, "back.jsonl"), "utf8").trim().split("\n");
      expect(samples.map((line) => (JSON.parse(line) as {input: string}).input).sort()[1]).toBe(
        "Name the queue: Where is my parcel?"
      );
    } finally {
      await server.close();
    }
  });
});
