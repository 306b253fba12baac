// @module-tag long
import assert from "node:assert/strict";
import {readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {answersDataset, answersOf, defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {asDefined} from "../../../src/data/privacy/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {finetuned, trained} from "../../../src/evals/candidates/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {answered, exactMatch} from "../../../src/evals/scorers/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {contaminatedRows} from "../../../src/report/site/index.js";
import {byteTokenizer, finetune, tfidfLogReg, trainedOn} from "../../../src/training/finetunes/index.js";
import {exportTraining} from "../../../src/training/finetunes/exports/exportTraining.js";
import {modelKey, modelsDir, openStore, referrersOf, type Store} from "../../../src/base/store/index.js";
import {erasedTraining, lineageGraph, listModels} from "../../../src/weights/models/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const spec = {name: "given", strategy: "given", column: "part"} as const;
const colours = ["red", "green", "blue"];
const text = (i: number) => `number ${i} of the shop is ${colours[i % 3]} like the others of its row`;

/** The eval's own rows have labels; the pool's have none. */
const labelled = Array.from({length: 30}, (_, i) => ({
  id: `l${i}`,
  part: "test",
  text: text(i),
  colour: colours[i % 3]!
}));
const pool = Array.from({length: 60}, (_, i) => ({
  id: `p${i}`,
  part: i < 50 ? "train" : "validation",
  // Five questions of the eval stand in the pool too.
  text: i < 5 ? `${text(i)}!` : text(100 + i)
}));

let store: Store;
let server: ModelServer;

beforeAll(async () => {
  const workspace = await temporaryWorkspace();
  server = await startModelServer({
    answer: ({prompt}) => colours.find((colour) => prompt.includes(colour)) ?? "none"
  });
  for (const [name, rows] of Object.entries({labelled, pool}))
    await pull(
      workspace,
      defineDataset({
        name,
        id: "id",
        text: "text",
        sensitivity: "public",
        source: {kind: "rows", rows: () => rows}
      })
    );
  store = await openStore(workspace);
  for (const name of ["labelled", "pool"]) await splitOf(name);
});
afterAll(async () => {
  store.close();
  await server.close();
});

async function splitOf(name: string) {
  const version = (await store.latestVersion(name))!;
  const split = await ensureSplit(store, version, spec);
  store.refresh();
  return {store, version, split};
}

const teacher = () =>
  candidate(
    "teacher",
    openAICompatible({name: "teacher", baseUrl: server.url, hosting: "on-prem", trust: "local"}),
    "test-model"
  );

async function ask(name: string, part: "train" | "validation", asked = teacher()) {
  const definition = defineEval({
    dataset: "pool",
    split: spec,
    part,
    candidates: [asked],
    prompt: "Which colour? {{text}}",
    scorers: {answered}
  });
  const {manifest} = await runEval(definition, {
    ...(await splitOf("pool")),
    evalName: name,
    options: {preflight: false}
  });
  store.refresh();
  return manifest!;
}

/** A language model small enough to be trained within a test. */
const scratch = {
  tokenizer: byteTokenizer(),
  config: {
    model_type: "llama",
    hidden_size: 16,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 128,
    tie_word_embeddings: true
  }
};
const quick = {base: scratch, format: "prompt", method: "full", steps: 1, threads: 1} as const;

describe("answers of a teacher to rows without expected values", () => {
  const learned = answersOf("ask", {apart: ["labelled"]});

  it("train a classifier and a language model that an eval scores on clean rows", async () => {
    const run = await ask("ask", "train");
    await ask("ask", "validation");
    expect(run.counts).toMatchObject({planned: 50, completed: 50, scored: 50});
    const student = trainedOn(learned, tfidfLogReg({name: "student", text: "text", label: "answer"}));
    const small = finetune({name: "small", dataset: learned, ...quick});
    const asked = server.requests.length;
    const {manifest} = await runEval(
      defineEval({
        dataset: "labelled",
        split: spec,
        candidates: [trained("student", student), finetuned("small", small, {params: {max_tokens: 2}})],
        prompt: "Which colour? {{text}}",
        expected: "colour",
        scorers: {exact: exactMatch}
      }),
      {...(await splitOf("labelled")), evalName: "students", options: {preflight: false}}
    );
    store.refresh();
    expect(server.requests.length).toBe(asked);
    const scores = await store.rows<{candidate: string; score: number; rows: number}>(
      "select candidate, avg(value) as score, count(*)::int as rows from scores where run = $run group by all order by candidate",
      {run: manifest!.id}
    );
    expect(scores).toContainEqual({candidate: "student", score: 1, rows: 30});
    const {modelId} = manifest!.candidates.find(({name}) => name === "small")!;
    const card = Buffer.from((await store.workspace.place.read(modelKey(modelId!, "README.md")))!).toString();
    expect(card).toContain(
      "answers of teacher: test-model at 127.0.0.1; licence not stated; training on outputs: unknown"
    );
    expect(card).toContain(`run: ${run.id} on the train part of pool@`);
    expect(card).toContain("left out: 5 near-duplicates of test or held-out rows");
    const versions = await store.versions();
    const {edges} = lineageGraph({
      versions,
      splits: await store.splits(),
      models: await listModels(modelsDir(store.workspace)),
      runs: await store.runs(),
      jobs: [],
      exports: [],
      begins: new Map(),
      erased: new Map()
    });
    const learnedFrom = versions.find(({source}) => source.kind === "answers")!;
    expect(edges).toContainEqual({
      from: `run:${run.id}`,
      to: `version:${learnedFrom.dataset}@${learnedFrom.id}`,
      how: "its answers are rows"
    });
    expect((await referrersOf(store.workspace, run.id)).map(({kind}) => kind)).toContain("version");
    // The five rows of the eval that stood in the pool were not learned.
    expect(await contaminatedRows(store, manifest!)).toMatchObject([
      {candidate: "student", clean: 30, near: 0, contaminated: 0},
      {candidate: "small", clean: 30, near: 0, contaminated: 0}
    ]);
  });

  it("are exported as any dataset, answers that are marked good or bad too", async () => {
    const dataset = defineDataset({
      name: "marked",
      source: answersOf("ask", {form: "kto", apart: ["labelled"]})
    });
    await pull(store.workspace, dataset);
    store.refresh();
    await ensureSplit(store, (await store.latestVersion("marked"))!, spec);
    store.refresh();
    const out = join(store.workspace.project, "kto.jsonl");
    const manifest = await exportTraining(store, {dataset: "marked", format: "trl-kto", out});
    expect(manifest.preflight.destinations.find(({destination}) => destination === "TRL")?.verdict).toBe(
      "ok"
    );
    const [first] = (await readFile(out, "utf8")).split("\n");
    expect(JSON.parse(first!)).toMatchObject({
      prompt: [{role: "user", content: expect.stringMatching(/^Which colour\? number/) as string}],
      completion: [{role: "assistant"}],
      label: true
    });
    const chat = await exportTraining(store, {dataset: "marked", format: "openai"});
    expect(chat.preflight.rows).toBe(manifest.preflight.rows);
  });

  it("are refused where the provider's terms forbid it, unless a reason is stated", async () => {
    const terms = join(store.workspace.project, "output-terms.json");
    const entry = {
      host: new URL(server.url).hostname,
      trainOnOutputs: "forbidden",
      says: "no training",
      source: "https://example.org/terms",
      asOf: "2026-12-01"
    };
    await writeFile(terms, JSON.stringify([entry]));
    const declared = (reason?: string) =>
      pull(
        store.workspace,
        defineDataset({name: "told", source: answersOf("ask", {apart: ["labelled"], reason})})
      );
    await expect(declared()).rejects.toThrow(
      /terms of a provider do not allow .*teacher \(127\.0\.0\.1\): forbidden\. no training \(https:\/\/example\.org\/terms, 2026-12-01\)/
    );
    const {version} = await declared("our contract of 2026 allows it");
    expect(version.source).toMatchObject({
      reason: "our contract of 2026 allows it",
      teachers: [{candidate: "teacher", model: "test-model", terms: {trainOnOutputs: "forbidden"}}]
    });
    await writeFile(terms, JSON.stringify([{...entry, trainOnOutputs: "perhaps"}]));
    await expect(declared()).rejects.toThrow(/output-terms\.json: .*trainOnOutputs/);
    await rm(terms);
    expect((await declared()).version.source).toMatchObject({
      teachers: [{terms: {trainOnOutputs: "unknown"}}]
    });
  });

  it("are learned with the probabilities of a teacher that tells them", async () => {
    const sure = finetuned("sure", finetune({name: "teacher", dataset: learned, ...quick}), {
      params: {max_tokens: 3, logprobs: true, top_logprobs: 3}
    });
    await ask("sure", "train", sure);
    const said: string[] = [];
    const soft = finetune({
      name: "soft",
      dataset: answersOf("sure", {form: "soft", apart: ["labelled"], keep: {cutOff: true, duplicates: true}}),
      ...quick,
      soft: {share: 0.9}
    });
    const {version, split} = await splitOf("labelled");
    const prepared = await finetuned("soft", soft).prepare({
      store,
      version,
      split,
      seed: "assay",
      rows: () => assert.fail("the eval's rows are not learned"),
      onProgress: (message) => void said.push(message)
    });
    await prepared.close?.();
    const model = (await listModels(modelsDir(store.workspace))).find(({name}) => name === "soft")!;
    const {examples} = model.settings.soft as {examples: number};
    // Bytes that are no text of their own are learned by the answer's words alone.
    expect(examples).toBeGreaterThan(0);
    expect(said.join("\n")).toContain(`${45 - examples} of 45 examples are learned by their words alone`);
    expect(said.join("\n")).toContain("45 rows of 50 answers; left out: 5 near-duplicates");
  });

  it("are erased with the rows that they answer, and models that learned from them say so", async () => {
    const {name: dataset} = answersDataset(learned);
    const rows = () =>
      store.rows<{row: string}>(`select row from "${dataset}" where row in ('p10', 'p11') order by row`);
    expect(await rows()).toEqual([{row: "p10"}, {row: "p11"}]);
    const result = await purge(store.workspace, "pool", {where: "id = 'p10'", reason: "asked"});
    expect(result.answers).toContainEqual({dataset, rows: 1});
    store.refresh();
    expect(await rows()).toEqual([{row: "p11"}]);
    const [student] = (await listModels(modelsDir(store.workspace))).filter(({name}) => name === "student");
    expect(await erasedTraining(modelsDir(store.workspace), student!.id)).toMatchObject({dataset});
    await expect(
      purge(store.workspace, "pool", {where: "id = 'p10'", reason: "asked"})
    ).resolves.not.toHaveProperty("answers");
  });

  it("are as sensitive as the rows that were asked about, or as a definition says that is stricter", async () => {
    const version = (await store.latestVersion("pool"))!;
    const answers = answersDataset(answersOf("pool"));
    expect(asDefined(version, answers).sensitivity).toBe("public");
    expect(asDefined({...version, sensitivity: "personal"}, answers).sensitivity).toBe("personal");
    expect(asDefined(version, {...answers, sensitivity: "personal"}).sensitivity).toBe("personal");
  });
});
