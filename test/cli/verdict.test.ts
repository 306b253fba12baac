import {mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {tableFromIPC} from "apache-arrow";
import {describe, expect, it} from "vitest";
import {importResults} from "../../src/cli/evals/verdict/importResults.js";
import {scoreTable} from "../../src/evals/decisions/index.js";
import {defineEval} from "../../src/evals/runner/index.js";
import {imported} from "../../src/evals/importedResults/index.js";
import {runRows, verdicts} from "../../src/report/site/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";

const fixtures = resolve(import.meta.dirname, "../fixtures/results");

/** 400 rows: b is right on those that a is right on, and on 40 more; every tenth row has no answer of a. */
function table(): string {
  const lines = ["row,candidate,score,topic,thread,output"];
  for (let i = 0; i < 400; i++) {
    const a = i % 10 === 9 ? "error" : i % 2 === 0 ? "passed" : "failed";
    const b = i % 2 === 0 || i % 10 === 1 ? "passed" : "failed";
    lines.push(
      `r${i},a,${a},t${i % 4},u${i % 50},said a ${i}`,
      `r${i},b,${b},t${i % 4},u${i % 50},said b ${i}`
    );
  }
  return lines.join("\n") + "\n";
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "verdict-"));
  writeFileSync(join(dir, "results.csv"), table());
  return dir;
}

describe("a verdict on results made elsewhere", () => {
  it("is printed again by the beginning of its run's id", {tags: ["long"]}, async () => {
    const dir = folder();
    const {run} = JSON.parse((await assay(dir, "verdict", "--from", "results.csv", "--json")).stdout) as {
      run: string;
    };
    const again = await assayHere(dir, "verdict", run.slice(0, -2), "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({run});
    expect((await assayHere(dir, "exit", run.slice(0, -2), "--json")).code).toBe(0);

    await assayHere(dir, "verdict", "--from", "results.csv", "--name", "other", "--publish", "text");
    const shared = await assayHere(dir, "verdict", "");
    expect(shared.stderr).toMatch(
      /is too little of a run's id\. Runs whose ids begin so: results-\w+, other-\w+\./
    );
  });

  it("takes what says how files are read with files alone", async () => {
    const dir = folder();
    await assayHere(dir, "verdict", "--from", "results.csv");
    const words = ["--scorer", "score", "--baseline", "b", "--cluster", "thread", "--name", "n"];
    const refused = await assayHere(dir, "verdict", "results", ...words, "--publish", "ids");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--name, --scorer, --baseline, --cluster, --publish: only with --from");
  });

  it("is sealed as a run whose scores are marked imported, by whom and from which version", async () => {
    const workspace = await openWorkspace(folder());
    const {manifest} = await importResults(
      workspace,
      {files: [join(fixtures, "promptfoo.json")]},
      {command: "assay verdict --from promptfoo.json"}
    );
    expect(manifest).toMatchObject({
      eval: "ticket-routing",
      title: "Ticket routing",
      primaryScorer: "pass",
      status: "complete",
      counts: {planned: 8, completed: 7, failed: 1, scored: 7, unscored: 0},
      imported: {files: [{path: "promptfoo.json", tool: "promptfoo", version: "0.118.3", answers: 8}]}
    });
    expect(manifest.imported!.by).not.toBe("");
    expect(manifest.scorers[0]).toMatchObject({
      name: "pass",
      version: "imported from promptfoo 0.118.3",
      binary: true
    });
    const store = await openStore(workspace);
    try {
      const scores = await scoreTable(store, manifest.id, "pass");
      expect(scores.values).toEqual([
        [1, 1, 1, 0],
        [1, 0, undefined, 1]
      ]);
      const [costs] = await store.rows(
        "select candidate, sum(cost_usd)::double as usd from completions group by 1 order by 1"
      );
      expect(costs).toEqual({candidate: "alpha", usd: 0.0004});
    } finally {
      store.close();
    }
  });

  it("is the same run when it is read again, and another under another scorer", async () => {
    const workspace = await openWorkspace(folder());
    const read = (scorer?: string) =>
      importResults(workspace, {files: ["results.csv"], scorer}, {command: "assay verdict"});
    const first = await read();
    expect(await read()).toMatchObject({unchanged: true, manifest: {id: first.manifest.id}});
    await expect(read("other")).rejects.toThrow(/no scorer other. There are score/);
  });

  it("has paired differences, slices, gates and pages, with no eval file", {tags: ["long"]}, async () => {
    const dir = folder();
    const run = await assay(
      dir,
      "verdict",
      "--from",
      "results.csv",
      "--slice",
      "topic",
      "--cluster",
      "thread",
      "--baseline",
      "a",
      "--min-score",
      "0.99"
    );
    expect(run.stderr).toBe("");
    expect(run.code).toBe(100);
    expect(run.stdout).toMatch(/^Switch to b/m);
    expect(run.stdout).toMatch(/^a +\S+ .*360\/400/m);
    expect(run.stdout).toMatch(/topic: t0 +100 +\S+ \(\S+ to \S+\) n=\d+ +\S+ \(\S+ to \S+\) n=100/);
    expect(run.stdout).toMatch(/scores imported by \S+ from csv \(results.csv\)/);
    expect(run.stdout).toMatch(/fail +b +score at least 99\.0/);
    const store = await openStore(dir);
    try {
      const {runs} = await verdicts(store);
      expect(runs).toHaveLength(1);
      expect(runs[0]!.verdict.kind).toBe("pick");
      expect(runs[0]!.verdict.comparisons[0]!.method).toMatch(/cluster/);
      expect(runs[0]!.imported!.files[0]!.tool).toBe("csv");
      expect(runs[0]!.slices.map(({name}) => name)).toEqual(["topic"]);
      const files = await runRows(store, runs[0]!.id);
      const pages = files.filter(({name}) => name.startsWith("page-"));
      const tables = pages.map(({content}) => tableFromIPC(content as Uint8Array));
      expect(tables.map(({numRows}) => numRows)).toEqual([200, 200]);
      // Nothing of a row is shown unless that was asked for.
      expect(tables[0]!.getChild("answer:b")!.get(0)).toBeNull();
    } finally {
      store.close();
    }
  });

  it("prints the slices with their intervals as JSON, too", {tags: ["long"]}, async () => {
    const dir = folder();
    const run = async (...more: string[]) =>
      JSON.parse((await assay(dir, "verdict", "--from", "results.csv", ...more, "--json")).stdout) as {
        slices?: {rows: {slice: string; value: string; cells: Record<string, unknown>[]}[]};
      };
    expect((await run()).slices).toBeUndefined();
    const {rows} = (await run("--slice", "topic")).slices!;
    expect(rows[0]).toMatchObject({slice: "topic", value: "t0", rows: 100});
    expect(rows[0]!.cells[1]).toMatchObject({
      candidate: "b",
      scored: 100,
      low: expect.any(Number),
      high: expect.any(Number)
    });
  });

  it("needs more rows when too few were compared, and says when answers are missing", async () => {
    const dir = folder();
    const some = table()
      .split("\n")
      .slice(0, 60)
      .filter((line) => !line.startsWith("r3,a,"));
    writeFileSync(join(dir, "few.csv"), some.join("\n"));
    const run = await assayHere(dir, "verdict", "--from", "few.csv", "--json");
    const {verdict} = JSON.parse(run.stdout) as {
      verdict: {kind: string; rowsNeeded: number; risks: {sentence: string}[]};
    };
    expect(verdict.kind).toBe("need-more");
    expect(verdict.rowsNeeded).toBeGreaterThan(1);
    expect(verdict.risks.map(({sentence}) => sentence).join("\n")).toMatch(/a has 29 of 30 answers/);
  });
});

describe("result files that are not whole", () => {
  const log = (model: string, status: string, samples: number) => ({
    version: 2,
    status,
    eval: {task: "t", model, dataset: {samples}},
    samples: Array.from({length: 20}, (_, i) => ({
      id: i,
      epoch: 1,
      input: `q${i}`,
      target: "a",
      scores: {s: {value: i < 18 ? "C" : "I"}}
    }))
  });
  function logs(status: string, samples: number): string {
    const dir = mkdtempSync(join(tmpdir(), "verdict-"));
    for (const name of ["x", "y"])
      writeFileSync(join(dir, `${name}.json`), JSON.stringify(log(name, status, samples)));
    return dir;
  }

  it("make a partial run, whose verdict says why and on which no gate passes, now and later", async () => {
    const dir = logs("cancelled", 50);
    const lacks =
      "x.json holds 20 of 50 samples: its run did not end (its status is cancelled); y.json holds";
    const made = await assayHere(dir, "verdict", "--from", "x.json", "y.json", "--min-score", "0.5");
    expect(made.code).toBe(101);
    expect(made.stdout).toContain(`· 40 of 100 answers · partial: ${lacks}`);
    expect(made.stdout).toContain(`! The run is partial: ${lacks}`);
    expect(made.stdout).toMatch(
      /undecided +x +score at least 50\.0 .* was cut short with 40 of 100 answers scored/
    );
    const failed = await assayHere(dir, "verdict", "--from", "x.json", "y.json", "--min-score", "0.99");
    expect(failed.code).toBe(100);
    const store = await openStore(await openWorkspace(dir));
    try {
      const [run] = await store.runs();
      expect(run).toMatchObject({
        status: "partial",
        stopped: expect.stringContaining(lacks) as string,
        counts: {planned: 100, completed: 40}
      });
      const {runs} = await verdicts(store);
      expect(runs[0]!.verdict.risks[0]!.sentence).toContain(lacks);
    } finally {
      store.close();
    }
  });

  it("leave a run complete that lacks nothing, and what is known beside it is a warning of the verdict", async () => {
    const dir = logs("error", 20);
    const files = ["x.json", "y.json"];
    const note = "x.json: the run did not end (its status is error), though all of its 20 samples are there.";
    const said = await assayHere(dir, "verdict", "--from", ...files, "--min-score", "0.5");
    expect(said.code).toBe(0);
    expect(said.stdout).toContain(`! ${note}`);
    const printed = await assayHere(dir, "verdict", "--from", ...files, "--json");
    const {imported: from, verdict} = JSON.parse(printed.stdout) as {
      imported: {notes: string[]};
      verdict: {warnings: string[]};
    };
    expect(from.notes).toContain(note);
    expect(verdict.warnings).toContain(note);
    const store = await openStore(await openWorkspace(dir));
    try {
      expect((await verdicts(store)).runs[0]!.verdict.warnings).toContain(note);
    } finally {
      store.close();
    }
  });
});

describe("an eval whose source is imported", () => {
  it("is run and checked like any other, and makes no call", {tags: ["long"]}, async () => {
    const dir = folder();
    mkdirSync(join(dir, "evals"));
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(resolve(import.meta.dirname, "../.."), join(dir, "node_modules/assay"));
    writeFileSync(join(dir, "package.json"), '{"type": "module"}');
    writeFileSync(
      join(dir, "evals/old.eval.ts"),
      `import {defineEval, imported} from ${JSON.stringify(compiled("bundle/index.js"))};
       export default defineEval({
         title: "Old results",
         source: imported({files: ["results.csv"], baseline: "a", slices: ["topic"]}),
         gate: [{candidate: "b", minScore: 0.4}, {candidate: "a", minScore: 0.9}]
       });`
    );
    const run = await assay(dir, "run");
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(/^Switch to b/m);
    const check = await assay(dir, "check", "--json");
    expect(check.code).toBe(100);
    const [checked] = JSON.parse(check.stdout) as {eval: string; results: {status: string}[]}[];
    expect(checked!.eval).toBe("old");
    expect(checked!.results.map(({status}) => status)).toEqual(["pass", "fail"]);
  });

  it("is undecided and told of where its files are not whole, also by a run that was sealed as complete", async () => {
    const dir = folder();
    mkdirSync(join(dir, "evals"));
    writeFileSync(join(dir, "package.json"), '{"type": "module"}');
    const item = (n: number) => ({
      object: "eval.run.output_item",
      run_id: "r",
      datasource_item_id: n,
      results: [{name: "m", score: 1}],
      sample: {model: "gpt"}
    });
    const data = Array.from({length: 30}, (_, n) => item(n));
    writeFileSync(join(dir, "items.json"), JSON.stringify({object: "list", has_more: true, data}));
    writeFileSync(
      join(dir, "evals/old.eval.ts"),
      `import {defineEval, imported} from ${JSON.stringify(compiled("index.js"))};
       export default defineEval({source: imported({files: ["items.json"]}), gate: [{minScore: 0.4}]});`
    );
    const run = await assayHere(dir, "run");
    expect(run.code).toBe(1);
    const check = await assayHere(dir, "check");
    expect(check.code).toBe(101);
    expect(check.stderr).toMatch(/! old \(imported\): the run is partial: items\.json is not the last page/);
    expect(check.stdout).toMatch(/undecided .* which is of incomplete result files/);
    // As runs were sealed before files were asked whether they are whole.
    const runs = join(dir, ".assay/runs");
    const path = join(runs, readdirSync(runs)[0]!, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({...manifest, status: "complete", stopped: undefined}));
    const before = await assayHere(dir, "check");
    expect(before.code).toBe(101);
    expect(before.stdout + before.stderr).toContain("whether the result files are whole");
  });

  it("says which fields ask something, and what a source must be", () => {
    const source = imported({files: ["a.json"]});
    expect(defineEval({source})).toMatchObject({source, candidates: []});
    expect(() => defineEval({source, prompt: "x"} as never)).toThrow(/`prompt` says what is asked/);
    expect(() => defineEval({source: imported({files: []})})).toThrow(/`source\.files` must be/);
  });
});
