// @module-tag long
import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {commandProject} from "../support/temporaryWorkspace.js";
import {compiled} from "../support/compiledEngine.js";

const assayIndex = compiled("index.js");

const ofPairs = 'format: "preference", columns: {prompt: "asked", chosen: "good", rejected: "bad"}';
const ofMarks = 'format: "kto", columns: {prompt: "asked"}';

let project: string;
beforeAll(async () => {
  project = await commandProject();
  await mkdir(join(project, "finetunes"));
  const rows = (
    answers: string
  ) => `{kind: "rows", rows: () => Array.from({length: 30}, (_, i) => ({id: "r" + i,
    part: i < 20 ? "train" : "validation", asked: "q" + i, ...(${answers})(i)}))}`;
  const long = "A long beginning of the answer that both have ";
  const define = async (name: string, answers: string, how = ofPairs) => {
    writeLoader(project, name, `{name: "${name}", id: "id", text: "asked", source: ${rows(answers)}}`);
    await writeFile(
      join(project, "finetunes", `${name}.finetune.ts`),
      `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({dataset: "${name}", split: {strategy: "given", name: "parted", column: "part"}, ${how}, method: "full", steps: 1, length: 32, rows: 4, threads: 1,
  base: {tokenizer: byteTokenizer(), config: {model_type: "llama", hidden_size: 32, intermediate_size: 64,
    num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    max_position_embeddings: 128, tie_word_embeddings: true}}});\n`
    );
  };
  await define("marked", `(i) => ({answer: i % 3 ? "yes" + i : "no", good: i % 3 > 0})`, ofMarks);
  const few = 'subset: {words: "one of validation", where: ({id}) => Number(id.slice(1)) <= 20}';
  await define("single", `(i) => ({answer: "no", good: i > 9})`, `${ofMarks}, ${few}`);
  await define(
    "odds",
    `(i) => ({good: "yes" + i, bad: "no"})`,
    `${ofPairs}, preference: {loss: "orpo", beta: 0.3}`
  );
  await define("none", `() => ({good: "${long}well", bad: "${long}badly"})`);
  await define(
    "some",
    `(i) => i === 0 ? {good: "same", bad: "same"} : i < 3 ? {good: "${long}well", bad: "${long}badly"} : {good: "yes", bad: "no"}`
  );
});
afterAll(() => vi.unstubAllEnvs());

it("pairs that are the same at `length` are no training, and it is said what makes them one", async () => {
  for (const check of [true, false])
    await expect(finetuneVerb(["none"], {check})).rejects.toThrow(
      /gives no example \(20 rows, 20 pairs whose two answers are the same within 32 tokens\).*Raise `length`: the longest row has \d+ tokens/
    );
});

it("pairs of one answer are counted among those left out, with the reason", async () => {
  expect(await printed(() => finetuneVerb(["some"], {check: true}))).toMatch(
    /20 rows, .* 0 cut, 3 left out \(3 for two answers that are the same\)\n {2}validation: 10 rows; 0 cut, 0 left out\n/
  );
  const said = await noted(() => finetuneVerb(["some"], {}));
  expect(said).toMatch(
    /10\.0% of the 20 rows .*: 2 are left out, since both answers of the pair are the same within\./
  );
  expect(said).toMatch(
    /1 of the 20 pairs of part "train" is left out, since both answers are the same\. Mend/
  );
});

it("marked answers are learned by KTO: counts, balance, settings and card say so", async () => {
  expect(await printed(() => finetuneVerb(["marked"], {check: true}))).toMatch(
    /20 rows \(13 good, 7 bad\), .*; 0 cut, 0 left out\n {2}validation: 10 rows/
  );
  const out = join(project, "out-marked");
  const said = await noted(async () => {
    const text = await printed(() => finetuneVerb(["marked"], {json: true, out}));
    const [made] = JSON.parse(text) as [{settings: object; metrics: Record<string, number>}];
    expect(made.settings).toMatchObject({
      format: "kto",
      goodAnswers: 13,
      preference: {beta: 0.1, goodWeight: 1, badWeight: 1}
    });
    expect(made.metrics.validationLoss).toBeGreaterThan(0);
  });
  expect(said).toBe("");
  const card = await readFile(join(out, "README.md"), "utf8");
  expect(card).toContain("| format | kto |");
  expect(card).toContain('| preference | {"beta":0.1,"goodWeight":1,"badWeight":1} |');
  expect(card).toContain("| goodAnswers | 13 |");
  expect(await noted(() => finetuneVerb(["marked"], {check: true}))).toMatch(
    /marked: 13 answers are good and 7 bad\. .*`preference: \{badWeight: 1\.4\}`/
  );
});

it("a part with one marked answer has no reference point, and is refused", async () => {
  await expect(finetuneVerb(["single"], {check: true})).rejects.toThrow(
    /single: part "validation" gives one marked answer, .* or take `validation: false`/
  );
});

it("pairs are learned by ORPO, in less memory than against a reference", async () => {
  const bytes = async (name: string) => {
    const [check] = JSON.parse(await printed(() => finetuneVerb([name], {check: true, json: true}))) as [
      {memoryBytes: number}
    ];
    return check.memoryBytes;
  };
  expect(await bytes("odds")).toBeLessThan(await bytes("some"));
  const [made] = JSON.parse(await printed(() => finetuneVerb(["odds"], {json: true}))) as [
    {settings: object}
  ];
  expect(made.settings).toMatchObject({preference: {beta: 0.3, losses: [{loss: "orpo", weight: 1}]}});
});
