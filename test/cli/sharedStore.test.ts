import {readdirSync} from "node:fs";
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import {finetuned, trained} from "../../src/candidates/index.js";
import {collectGarbage, defineDataset, previewPurge, pull, purge} from "../../src/datasets/index.js";
import {byteTokenizer, finetune, majorityClassifier, tfidfLogReg} from "../../src/finetune/index.js";
import {listModels, loadModel} from "../../src/models/index.js";
import {defineEval, runEval} from "../../src/runner/index.js";
import {classification} from "../../src/scorers/index.js";
import {storeFingerprint} from "../../src/site/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {modelsDir, openStore, openWorkspace, readRuns, type Workspace} from "../../src/store/index.js";
import {assay, assayWithout} from "../support/assay.js";
import {startS3} from "../support/s3Server.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const server = await startS3();
const bucket = await server?.bucket();
if (server) Object.assign(process.env, server.env, {ASSAY_STORE: `s3://${bucket}/team`});
afterAll(() => {
  delete process.env.ASSAY_STORE;
});

/** A checkout of one project on a machine of its own. */
async function checkout(): Promise<Workspace> {
  const project = await temporaryProject();
  await mkdir(join(project, "data-loaders"));
  return openWorkspace(project, ".assay");
}

const tickets = defineDataset({
  name: "tickets",
  source: {
    kind: "rows",
    rows: () =>
      Array.from({length: 60}, (_, i) => ({
        id: `t${i}`,
        text: i % 2 === 0 ? `the invoice ${i} is wrong` : `the parcel ${i} never came`,
        label: i % 2 === 0 ? "billing" : "delivery"
      }))
  },
  id: "id",
  text: "text",
  label: "label",
  sensitivity: "public"
});

const columns = {text: "text", label: "label"};
const routing = defineEval({
  dataset: "tickets",
  split: {strategy: "random"},
  expected: "label",
  scorers: {accuracy: classification()},
  candidates: [trained("majority", majorityClassifier(columns)), trained("words", tfidfLogReg(columns))],
  prompt: "{{text}}"
});

async function pullAndRun(workspace: Workspace, prompt = "{{text}}") {
  const {version, changed} = await pull(workspace, tickets);
  const store = await openStore(workspace);
  try {
    const split = await ensureSplit(store, version, {strategy: "random"});
    const {manifest, calls} = await runEval(
      {...routing, prompt},
      {store, version, split, evalName: "routing"}
    );
    return {changed, calls, manifest: manifest!};
  } finally {
    store.close();
  }
}

const shared = {
  dataset: "tickets",
  split: {strategy: "random"},
  format: "prompt",
  columns: {prompt: "text", completion: "label"},
  length: 64,
  rows: 4,
  threads: 1,
  steps: 2
} as const;
const scratch = finetune({
  ...shared,
  name: "router",
  method: "full",
  base: {
    tokenizer: byteTokenizer(),
    config: {
      model_type: "llama",
      architectures: ["LlamaForCausalLM"],
      hidden_size: 32,
      intermediate_size: 64,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      max_position_embeddings: 64,
      tie_word_embeddings: true,
      bos_token_id: 0,
      eos_token_id: 0
    }
  }
});
const adapter = finetune({...shared, name: "router-lora", base: scratch, method: "lora", lora: {rank: 2}});

/** Asks the adapter, which is trained where the store does not have it, with the version and split that the store has. */
async function askRouter(workspace: Workspace, prompt: string) {
  const store = await openStore(workspace);
  try {
    const version = (await store.latestVersion("tickets"))!;
    const split = (await store.splits("tickets")).find((one) => one.version === version.id)!;
    const candidates = [
      finetuned("router", adapter, {params: {max_tokens: 3}, contextTokens: 64, threads: 1})
    ];
    const definition = defineEval({...routing, candidates, prompt});
    const inputs = {store, version, split, evalName: "router"};
    const {manifest, calls} = await runEval(definition, inputs);
    return {calls, manifest: manifest!};
  } finally {
    store.close();
  }
}

async function ask<T extends object>(workspace: Workspace, sql: string): Promise<T> {
  const store = await openStore(workspace);
  try {
    return (await store.row<T>(sql))!;
  } finally {
    store.close();
  }
}

describe.skipIf(!server)("a store that two machines share", () => {
  it("shows on one what was pulled, trained and run on the other, and erases for both", async () => {
    const here = await checkout();
    const first = await pullAndRun(here);
    expect(first).toMatchObject({changed: true, manifest: {status: "complete"}});
    expect(first.calls).toBeGreaterThan(0);

    const there = await checkout();
    const listed = await assay(there.project, "runs", "--json");
    expect((JSON.parse(listed.stdout) as {id: string}[]).map(({id}) => id)).toEqual([first.manifest.id]);
    const models = await listModels(modelsDir(there));
    expect(models.map(({architecture}) => architecture).sort()).toEqual(["majority", "tfidf-logreg"]);
    const loaded = await loadModel(
      modelsDir(there),
      models.find(({architecture}) => architecture !== "majority")!.id
    );
    expect((await loaded.predict(["the parcel 99 never came"]))[0]!.label).toBe("delivery");
    expect(await storeFingerprint(there)).toBe(await storeFingerprint(here));

    server!.requests.length = 0;
    const again = await pullAndRun(there);
    expect([again.changed, again.calls, again.manifest.id]).toEqual([false, 0, first.manifest.id]);
    const made = server!.requests.filter((one) => /^PUT .*(manifest|\.parquet|\.builds)/.test(one));
    expect(made).toEqual([]);

    const scores = "select count(*)::int as n, sum(value) as sum from scores";
    const before = await ask(here, scores);
    server!.requests.length = 0;
    const where = "id = 't0'";
    const {rows, keptOut, heldOut, ...would} = await previewPurge(there, "tickets", {where});
    expect(server!.requests.filter((one) => !/^(GET|HEAD) /.test(one))).toEqual([]);
    expect([rows, keptOut, heldOut]).toEqual([["t0"], [], 0]);
    expect(await purge(there, "tickets", {where, reason: "asked"})).toEqual({...would, rows: 1, keptOut: 0});
    expect(await ask(here, "select count(*)::int as n from tickets where id = 't0'")).toEqual({n: 0});
    expect(await ask(here, "select count(*)::int as n from tickets")).toEqual({n: 59});
    expect(await ask(here, scores)).toEqual(before);

    const store = await openStore(here);
    const gone = await collectGarbage(store, {keep: 1});
    store.close();
    expect(gone.versions).toEqual([]);
  });

  it("holds records under their own names and nothing of one machine alone", async () => {
    const keys = (await server!.keys(bucket!)).map((key) => key.replace(/^team\//, ""));
    const folders = new Set(keys.map((key) => key.split("/")[0]));
    expect([...folders].sort()).toEqual(["datasets", "locks", "models", "runs", "splits", "workspace.json"]);
    expect(keys.filter((key) => /ndjson|^models\/\.(hub|vectors|shared)/.test(key))).toEqual([]);
    for (const table of [/^datasets\/tickets\/\w+\/rows\.parquet$/, /^runs\/[\w-]+\/scores\.parquet$/])
      expect(keys.filter((key) => table.test(key))).toHaveLength(1);
    const {project} = await checkout();
    expect(readdirSync(join(project, ".assay"))).toEqual([".gitignore", "shared"]);
  });

  it("trains on one machine from the split of another, which asks the adapter from the bucket", async () => {
    const [desk, gpu] = [await checkout(), await checkout()];
    await pullAndRun(desk);
    server!.requests.length = 0;
    const there = await askRouter(gpu, "{{text}}");
    expect(there).toMatchObject({manifest: {status: "complete"}});
    const written = server!.requests.filter((one) => one.startsWith("PUT ") && !one.includes("/locks/"));
    expect(written.filter((one) => /\/(datasets|splits)\//.test(one))).toEqual([]);
    expect(written.some((one) => one.includes("adapter_model.safetensors"))).toBe(true);

    server!.requests.length = 0;
    expect((await askRouter(desk, "{{text}}")).calls).toBe(0);
    const here = await askRouter(desk, "Where to? {{text}}");
    expect(here.calls).toBe(here.manifest.counts.planned);
    expect(here.manifest.candidates[0]!.modelId).toBe(there.manifest.candidates[0]!.modelId);
    expect(server!.requests.filter((one) => /^PUT .*safetensors/.test(one))).toEqual([]);
  });

  it("says what to install when the libraries are missing", async () => {
    const {project} = await checkout();
    const {code, stderr} = await assayWithout("@aws-sdk/lib-storage", project, "versions");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/npm install @aws-sdk\/client-s3 @aws-sdk\/lib-storage/)
    ]);
  });

  it("knows on one which run the other last asked for", async () => {
    const [here, there] = [await checkout(), await checkout()];
    const {manifest: first} = await pullAndRun(here, "One: {{text}}");
    const {manifest: second} = await pullAndRun(there, "Two: {{text}}");
    const newest = async (workspace: Workspace) => (await readRuns(workspace)).at(-1)!;
    expect((await newest(here)).id).toBe(second.id);
    const {manifest: again, calls} = await pullAndRun(here, "One: {{text}}");
    expect([again.id, calls]).toEqual([first.id, 0]);
    expect(await newest(there)).toEqual({...first, askedAt: again.askedAt});
    expect(again.askedAt! > second.startedAt).toBe(true);
  });
});
