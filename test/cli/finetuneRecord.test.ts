import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {finetuned} from "../../src/candidates/index.js";
import {checkVerb} from "../../src/cli/check.js";
import {finetuneVerb} from "../../src/cli/finetune.js";
import {lineageVerb} from "../../src/cli/lineage.js";
import {byteTokenizer, type FinetuneDefinition, finetune} from "../../src/finetune/index.js";
import type {ModelManifest} from "../../src/models/index.js";
import {defineEval, runEval} from "../../src/runner/index.js";
import {exactMatch} from "../../src/scorers/index.js";
import {runVerdict} from "../../src/site/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {openStore, openWorkspace, rowsSha256} from "../../src/store/index.js";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {commandProject} from "../support/temporaryWorkspace.js";

const assayIndex = fileURLToPath(new URL("../../src/index.js", import.meta.url));
const split = {strategy: "given", name: "parted", column: "part"} as const;
const scratch = {
  model_type: "llama",
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 48,
  tie_word_embeddings: true
};

let project: string;

async function define(name: string, fields: object): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({dataset: "words", split: ${JSON.stringify(split)}, format: "prompt", steps: 2, rows: 4, threads: 1,
  columns: {prompt: "word", completion: "plural"}, method: "full", packing: false,
  base: {tokenizer: byteTokenizer(), config: ${JSON.stringify(scratch)}}, ...${JSON.stringify({length: 48, ...fields})}});\n`
  );
}

const json = async (name: string) =>
  (
    JSON.parse(await printed(() => finetuneVerb([name], {json: true}))) as (ModelManifest & {path: string})[]
  )[0]!;

beforeAll(async () => {
  project = await commandProject();
  // Of ten rows to learn from two have a long answer, and one a long question.
  writeLoader(
    project,
    "words",
    `{name: "words", id: "id", text: "word", sensitivity: "public", source: {kind: "rows", rows: () =>
      Array.from({length: 20}, (_, i) => ({id: "r" + i, part: i < 10 ? "train" : i < 15 ? "validation" : "test",
        word: i === 2 ? "q".repeat(60) : "w" + i, plural: i < 2 ? "s".repeat(40) : "w" + i + "s"}))}}`
  );
  await mkdir(join(project, "finetunes"));
  await mkdir(join(project, "evals"));
});
afterAll(() => vi.unstubAllEnvs());

describe("rows that are longer than `length`", () => {
  it("are told before training and after it, with what helps, and recorded", async () => {
    await define("short", {length: 20});
    const said = await noted(() => finetuneVerb(["short"], {}));
    const sentence =
      'words: 30.0% of the 10 rows of part "train" are longer than 20 tokens (`length`): 2 lose their end and end token, 1 is left out, since nothing of the answer is within.';
    const advice =
      "Raise `length`: the longest row has 64 tokens. The model has 48 positions: shorten longer rows in the data loader, or leave them out with `subset`. `assay finetune short --check` counts without training.";
    expect(said).toContain(`${sentence} ${advice}`);
    expect(said.split(sentence)).toHaveLength(3);
    expect(said.indexOf(advice)).toBeLessThan(said.indexOf("training short on 9 rows"));
    const own = await json("short");
    expect(own.training).toMatchObject({
      rows: 9,
      cut: 2,
      leftOut: 1,
      validation: {rows: 5, cut: 0, leftOut: 0}
    });
    const card = await readFile(join(own.path, "README.md"), "utf8");
    expect(card).toContain("| longer than `length` | 2 rows cut, 1 more left out |");
  });

  it("are told by an eval that trains the model", async () => {
    const store = await openStore(await openWorkspace(project));
    const messages: string[] = [];
    try {
      const version = (await store.latestVersion("words"))!;
      const definition: FinetuneDefinition = {
        name: "short-of-eval",
        dataset: "words",
        split,
        base: {tokenizer: byteTokenizer(), config: scratch},
        format: "prompt",
        columns: {prompt: "word", completion: "plural"},
        method: "full",
        length: 20,
        steps: 1,
        threads: 1
      };
      await runEval(
        defineEval({
          dataset: "words",
          split,
          candidates: [finetuned("short", finetune(definition), {params: {max_tokens: 2}, threads: 1})],
          prompt: "{{word}}",
          expected: "plural",
          scorers: {exact: exactMatch}
        }),
        {
          store,
          version,
          split: await ensureSplit(store, version, split),
          evalName: "short",
          effects: {onMessage: (text) => messages.push(text)}
        }
      );
    } finally {
      await store.close();
    }
    expect(messages.filter((text) => text.includes('30.0% of the 10 rows of part "train"'))).toHaveLength(2);
  });

  it("are refused where nothing of any answer is left", async () => {
    await define("nothing", {length: 2});
    await expect(finetuneVerb(["nothing"], {})).rejects.toThrow(
      'words: part "train" gives no example (10 rows, 10 without an answer within 2 tokens): there is nothing to learn. Raise `length`'
    );
  });

  it("are not told of where there are none", async () => {
    writeLoader(
      project,
      "plain",
      `{name: "plain", id: "id", text: "word", sensitivity: "public", source: {kind: "rows", rows: () =>
        Array.from({length: 20}, (_, i) => ({id: "p" + i, part: i < 15 ? "train" : "test", word: "w" + i, plural: "w" + i + "s"}))}}`
    );
    await define("plain", {dataset: "plain"});
    expect(await noted(() => finetuneVerb(["plain"], {}))).not.toMatch(/longer than/);
    expect((await json("plain")).training).toMatchObject({cut: 0, leftOut: 0});
  });
});

describe("what a training was checked on", () => {
  it("is in its record, card and lineage, with what it decided", async () => {
    await define("best", {validation: "test", validateEvery: 1});
    const best = await json("best");
    expect(best.training!.validation).toEqual({
      part: "test",
      rows: 5,
      rowsSha256: rowsSha256(["r15", "r16", "r17", "r18", "r19"]),
      cut: 0,
      leftOut: 0,
      decided: ["best"]
    });
    expect(await readFile(join(best.path, "README.md"), "utf8")).toMatch(
      /\| validation \| part test, 5 rows; SHA-256 of the row ids \w{64}; the weights are those of the best check \|/
    );
    const text = await printed(() => lineageVerb("best", {}));
    expect(text).toContain("trained on train, 9 rows; weights chosen on test, 5 rows");
    expect(text).toMatch(/test part of parted, 5 rows: chose the weights of best/);

    await define("last", {validation: "test", validateEvery: 1, keep: "last"});
    expect((await json("last")).training!.validation!.decided).toEqual([]);
    expect(await printed(() => lineageVerb("last", {}))).toContain("; checked on test, 5 rows");
    await define("patient", {validation: "test", validateEvery: 1, keep: "last", patience: 5});
    expect((await json("patient")).training!.validation!.decided).toEqual(["patience"]);
    await define("once", {validation: "test", validateEvery: 2});
    expect((await json("once")).training!.validation!.decided).toEqual([]);
    await define("unchecked", {validation: false});
    const unchecked = await json("unchecked");
    expect(unchecked.training).not.toHaveProperty("validation");
    expect(await printed(() => lineageVerb("unchecked", {}))).not.toMatch(/checked on|chosen on/);
  });

  it("is warned of where an eval scores rows that chose the weights, in its verdict and in `assay check`", async () => {
    await writeFile(
      join(project, "evals", "chosen.eval.ts"),
      `import {defineEval, exactMatch, finetuned} from ${JSON.stringify(assayIndex)};
import best from "../finetunes/best.finetune.js";
import last from "../finetunes/last.finetune.js";
const options = {params: {temperature: 0, max_tokens: 2}, threads: 1};
export default defineEval({dataset: "words", split: ${JSON.stringify(split)}, prompt: "{{word}}", expected: "plural",
  scorers: {exact: exactMatch}, gate: [{candidate: "best", minScore: 0}],
  candidates: [finetuned("best", best, options), finetuned("last", last, options)]});\n`
    );
    const {default: definition} = (await import(join(project, "evals", "chosen.eval.ts"))) as {
      default: ReturnType<typeof defineEval>;
    };
    const store = await openStore(await openWorkspace(project));
    const warning =
      "The weights of best were chosen on 100.0% of the rows scored (5 of 5), so the score is likely too high.";
    try {
      const version = (await store.latestVersion("words"))!;
      const {manifest} = await runEval(definition, {
        store,
        version,
        split: await ensureSplit(store, version, split),
        evalName: "chosen"
      });
      store.refresh();
      const {verdict, contamination} = await runVerdict(store, manifest!);
      expect(contamination!.selected).toEqual([{candidate: "best", rows: 5, of: 5}]);
      expect(contamination!.candidates.every(({share}) => share === 0)).toBe(true);
      const said = [...verdict.risks.map(({sentence}) => sentence), ...verdict.warnings];
      expect(said.filter((one) => one.includes("chosen on"))).toEqual([warning]);
    } finally {
      await store.close();
    }
    expect(await noted(() => checkVerb(["chosen"], {}))).toContain(`! chosen (parted): ${warning}`);
  });
});
