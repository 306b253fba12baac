import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {fail} from "../../src/cli/terminal/fail.js";
import {assay, writeLoader} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {isMeasured} from "../../src/cli/evals/run/runEvals.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {written} from "../support/printed.js";
import {compiled} from "../support/compiledEngine.js";

describe("assay run", () => {
  it("says why rows failed and how to ask again for them", async () => {
    const project = await temporaryProject();
    const rows = Array.from({length: 40}, (_, i) => JSON.stringify({text: `t${i}`, label: "a"}));
    writeFileSync(join(project, "rows.jsonl"), rows.join("\n"));
    writeLoader(
      project,
      "words",
      '{name: "words", source: {kind: "files", files: "rows.jsonl"}, text: "text", label: "label"}'
    );
    mkdirSync(join(project, "evals"));
    const endpoints = compiled("inference/endpoints/embedded.js");
    writeFileSync(
      join(project, "evals", "words.eval.ts"),
      `import {embedded} from ${JSON.stringify(endpoints)};
      const model = {manifest: {id: "i", name: "m"}, predict: async (texts) => texts.map(() => ({label: "a", logprobs: {a: 0}}))};
      const endpoint = embedded({name: "here", load: async () => model});
      export default {
        dataset: "words", split: {strategy: "random"}, expected: "label", scorers: {same: ({output}) => ({value: output === "a" ? 1 : 0})},
        candidates: [{name: "m", prepare: async () => ({endpoint, model: "m"})}],
        prompt: () => { throw new Error("no \\u001b[31mprompt"); }
      };`
    );
    const {stdout, stderr} = await assay(project, "run");
    expect(stdout + stderr).toMatch(/\d+ +m +The prompt function threw: no \\u001b\[31mprompt/);
    expect(stdout).toMatch(/Ask again for these rows: assay run words --retry-failed/);
  });
});

describe("assay run --final", () => {
  it("is refused where no held-out part is scored, and without a reason", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    mkdirSync(join(project, "data-loaders"));
    for (const [name, part] of [
      ["words", ""],
      ["last", 'part: "held-out",']
    ])
      writeFileSync(
        join(project, "evals", `${name}.eval.ts`),
        `export default {${part} dataset: "none", split: {strategy: "random"}, expected: "label", prompt: "{{text}}", scorers: {same: () => 1}, candidates: [{name: "m", prepare: async () => ({})}]};`
      );
    const why = ["--why", "release"];
    for (const [args, code, told] of [
      [
        ["words", "--final", ...why],
        2,
        /opens the held-out part, and words scores another one.*part: "held-out"/
      ],
      [["words", "last", "--final", ...why], 2, /and words scores another one/],
      [["last", "--final"], 2, /say why .*--why/],
      [["last", ...why], 2, /--why .* goes with --final/],
      [["last", "--final", ...why], 1, /no dataset|none/],
      [["--final", ...why], 1, /no dataset|none/]
    ] as const) {
      const {code: ended, stderr} = await assayHere(project, "run", ...args);
      expect([ended, stderr.replaceAll(/\s+/g, " ")], args.join(" ")).toEqual([
        code,
        expect.stringMatching(told)
      ]);
    }
  });
});

describe("assay run --show-prompts", () => {
  it("prints what would be sent and to whom not, escaped, and sends and measures nothing", async () => {
    const project = await temporaryProject();
    const rows = Array.from({length: 40}, (_, i) => ({
      text: i % 2 === 0 ? `call +49 30 901820 or write anna${i}@example.com` : `fine ${i} \u001b[31m`,
      label: "a"
    }));
    writeFileSync(join(project, "rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    writeLoader(
      project,
      "words",
      '{name: "words", source: {kind: "files", files: "rows.jsonl"}, text: "text", label: "label", sensitivity: "internal"}'
    );
    mkdirSync(join(project, "evals"));
    const endpoints = compiled("inference/endpoints/index.js");
    const runner = compiled("evals/runner/index.js");
    writeFileSync(
      join(project, "evals", "words.eval.ts"),
      `import {openAICompatible} from ${JSON.stringify(endpoints)};
      import {candidate} from ${JSON.stringify(runner)};
      const at = (name, trust) => openAICompatible({name, baseUrl: "http://127.0.0.1:9/v1", hosting: "api", trust});
      const tools = [{type: "function", function: {name: "look"}}];
      export default {
        dataset: "words", split: {strategy: "random"}, part: "train", expected: "label", scorers: {same: () => ({value: 1})},
        candidates: [
          candidate("near", at("near", "internal"), "m", {tools}),
          candidate("partner", at("partner", "contract"), "m"),
          candidate("far", at("far", "external"), "m"),
          {name: "later", prepare: async () => { throw new Error("was prepared"); }}
        ],
        prompt: {plain: "Which? {{text}}", other: "{{text}}"}
      };`
    );
    const {stdout, stderr, code} = await assayHere(project, "run", "--show-prompts", "8");
    expect({code, stderr}).toMatchObject({code: 0});
    expect(stdout).toMatch(/words · random split: prompts of 8 rows; nothing was sent/);
    expect(stdout.match(/^row /gm)).toHaveLength(8);
    expect(stdout).toMatch(/plain\nuser\nWhich\? fine \d+ \\u001b\[31m/);
    expect(stdout).toMatch(/! not sent to partner: .*trust "contract": .*email/);
    expect(stdout.match(/! not sent to partner/g)!.length).toBe(
      stdout.match(/^plain\nuser\n.*anna/gm)!.length
    );
    expect(stdout.match(/! not sent to far: No row .* "internal" may go to far/g)).toHaveLength(8);
    expect(stdout).not.toMatch(/not sent to near/);
    expect(stdout).toMatch(/tools of near\n.*"look"/s);
    expect(stdout).toMatch(/What may go to later is checked when a run has prepared it/);
    const split = await assayHere(
      project,
      "sql",
      "--json",
      "select measures::varchar as measures from splits"
    );
    expect(JSON.parse(split.stdout)).toEqual([{measures: "{}"}]);
    const json = JSON.parse((await assayHere(project, "run", "--show-prompts", "1", "--json")).stdout);
    expect(json[0].prompts.rows).toHaveLength(1);
  });
});

describe("what the machine refuses", () => {
  it.each([
    ["ENOSPC", "write", "The disk is full"],
    ["EROFS", "open", "read-only"],
    ["ENOENT", "mkdir", "read-only"]
  ])("is said with advice and without a stack: %s of %s", async (code, syscall, advised) => {
    const text = await written(process.stderr, async () => {
      const exit = await fail(Object.assign(new Error(`${code}: refused, ${syscall}`), {code, syscall}));
      expect(exit).toBe(1);
    });
    expect(text).toMatch(new RegExp(`^assay: .*${advised}.*\\n$`));
  });
});

it("of few rows of a large dataset leaves the measures of its split to a whole run", () => {
  const measured = [{}, {limit: 5}, {dryRun: true}].map((options) =>
    [200, 200_000].map((rows) => isMeasured(options, {rows}))
  );
  expect(measured).toEqual([
    [true, true],
    [true, false],
    [false, false]
  ]);
});
