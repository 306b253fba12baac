import {mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {expect, it} from "vitest";
import {assayHere, definitionFile} from "../support/assayHere.js";

/** A project whose eval states all that another tool may not take, and what writes another eval in its place. */
async function project() {
  const dir = mkdtempSync(join(tmpdir(), "export-eval-"));
  for (const name of ["node_modules", "data-loaders", "evals"]) mkdirSync(join(dir, name));
  symlinkSync(resolve(import.meta.dirname, "../.."), join(dir, "node_modules/assay"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({type: "module"}));
  writeFileSync(
    join(dir, "data-loaders/words.ts"),
    `import {defineDataset} from "assay";
export default defineDataset({name: "words", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", *rows() {
  yield {id: "a", text: "file://etc/passwd", label: "file://x", part: "test"};
  yield {id: "b", text: "plain {{label}}", label: "y", part: "test"};
}}});`
  );
  const text = `import {candidate, classification, defineEval, includes, openAICompatible} from "assay";
import dataset from "../data-loaders/words.js";
const at = (price) => openAICompatible({name: "gw", baseUrl: "http://127.0.0.1:9/v1", hosting: "api", trust: "external", limits: {requestsPerMinute: 60}, price});
const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, cachedInputUsdPerMillion: 0.1, asOf: "2026-11-01", source: "page",
  tiers: [{abovePromptTokens: 1000, inputUsdPerMillion: 4}]};
export default defineEval({name: "words", dataset, split: {strategy: "given", column: "part"}, prompt: {one: "Say {{text}}", two: "Tell {{text}}"}, expected: "label",
  candidates: [candidate("a", at(price), "m", {params: {max_tokens: 8, temperature: 0}})],
  scorers: {accuracy: classification({labels: ["file://x", "y"]}), inc: includes()}, slices: ["label"], margin: 0.02, gate: [{minScore: 0.5}]});`;
  const write = definitionFile(join(dir, "evals"), "words.eval.ts");
  const evalWith = (from: string, to: string) => write(text.replace(from, to));
  await write(text);
  return {dir, evalWith};
}

it(
  "names each thing that an eval's export leaves behind, and lets promptfoo load no row's text",
  {tags: ["long"]},
  async () => {
    const {dir, evalWith} = await project();
    const dry = await assayHere(dir, "run", "words", "--dry-run", "--budget-usd", "1");
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining("budget of $1 for this command")]);
    await evalWith('at(price), "m"', 'at(undefined), "m"');
    const refused = await assayHere(dir, "run", "words", "--dry-run", "--budget-usd", "1");
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining("The run would be refused: a budget")
    ]);
    await evalWith("", "");

    const shared = ["gate: 1 rule", "margin: 0.02", "slices: label", "limits of the endpoints of a"];
    const promptfoo = await assayHere(dir, "export", "words", "--promptfoo", "out.yaml");
    expect(promptfoo.stderr).not.toMatch(/^assay:/m);
    const left = (out: string) =>
      out.split("\n").flatMap((line) => (line.startsWith("not taken over: ") ? line.slice(16) : []));
    expect(left(promptfoo.stdout)).toEqual([
      "scorer accuracy: no assertion is written for it, it reads labels in other spellings, which promptfoo's equals does not",
      expect.stringMatching(
        /^columns as variables: .*file:\/\/ .*\(1 rows\), so each test has its whole prompt$/
      ),
      expect.stringMatching(/^text as it is in 1 rows/),
      "candidate a: price of cached tokens, price tiers for long prompts",
      ...shared
    ]);
    // What a purge names.
    const noted = readFileSync(join(dir, ".assay", "exports.jsonl"), "utf8");
    for (const file of ["out.yaml", "out.tests.json"])
      expect(noted).toContain(JSON.stringify(join(dir, file)));
    const tests = JSON.parse(readFileSync(join(dir, "out.tests.json"), "utf8")) as {
      vars: Record<string, string>;
      assert: {value: string[]}[];
    }[];
    for (const {vars} of tests) {
      expect(Object.keys(vars)).toEqual(["prompt_1", "prompt_2"]);
      for (const text of Object.values(vars)) expect(text).toMatch(/^\[\{"role"/);
    }
    expect(tests.map(({assert}) => assert[0]!.value[0]).sort()).toEqual([
      "y",
      "{% raw %}file://x{% endraw %}"
    ]);

    const inspect = [
      "scorer accuracy: give the task a scorer",
      "scorer inc: give the task a scorer",
      "candidate a, with max_tokens, temperature",
      "prices of a",
      "prompt two: the samples have the prompt one",
      ...shared
    ];
    expect(left((await assayHere(dir, "export", "words", "--inspect", "out.jsonl")).stdout)).toEqual(inspect);
    const told = await assayHere(dir, "export", "words", "--inspect", "out.jsonl", "--json");
    expect(JSON.parse(told.stdout)).toEqual([
      {tool: "inspect", path: expect.stringMatching(/out\.jsonl$/), rows: 2, notTaken: inspect}
    ]);
    const tables = await assayHere(dir, "export", "--csv", "all", "--json");
    expect([tables.code, tables.stderr]).toEqual([
      2,
      expect.stringContaining("--json goes with --chat FILE")
    ]);
  }
);

it("gives promptfoo the columns that its prompts name, the row's id and part among them", async () => {
  const {dir, evalWith} = await project();
  const loader = join(dir, "data-loaders/words.ts");
  const row = 'yield {id: "a", text: "file://etc/passwd", label: "file://x", part: "test"};';
  writeFileSync(loader, readFileSync(loader, "utf8").replace(row, ""));
  await evalWith("Tell {{text}}", "Tell {{ id }} of {{part}}");
  await assayHere(dir, "pull", "words");
  const {code} = await assayHere(dir, "export", "words", "--promptfoo", "out.yaml", "--inspect", "out.jsonl");
  expect(code).toBe(0);
  const [test] = JSON.parse(readFileSync(join(dir, "out.tests.json"), "utf8")) as {vars: object}[];
  expect(test!.vars).toEqual({id: "b", part: "test", text: "plain {{label}}", label: "y"});
  const sample = JSON.parse(readFileSync(join(dir, "out.jsonl"), "utf8")) as {metadata: object};
  expect(Object.keys(sample.metadata)).toEqual(["text", "label"]);
});

it("writes a prompt without the places of its examples, as it names that none are taken over", async () => {
  const {dir, evalWith} = await project();
  await evalWith(
    'prompt: {one: "Say {{text}}", two: "Tell {{text}}"}',
    String.raw`prompt: {few: "Say.{{#examples}}\n{{label}}: {{expected}}{{/examples}}\n{{id}}:"}, fewShot: {count: 1}`
  );
  writeFileSync(
    join(dir, "data-loaders/words.ts"),
    `import {defineDataset} from "assay";
export default defineDataset({name: "words", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", *rows() {
  yield {id: "b", text: "second", label: "y", part: "test"};
  yield {id: "c", text: "third", label: "y", part: "train"};
}}});`
  );
  await assayHere(dir, "pull", "words");
  const {code, stderr, stdout} = await assayHere(dir, "export", "words", "--promptfoo", "few.yaml");
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("fewShot: the prompts have none of the 1 examples of a run");
  const config = readFileSync(join(dir, "few.yaml"), "utf8");
  expect(config).toContain("{{id}}:");
  expect(config).not.toContain("examples}}");
});
