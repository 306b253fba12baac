import {cp, mkdir, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {openBackend} from "../../src/ggml/index.js";
import {ActiveAdapter, batchOf, LanguageModel, readAdapter} from "../../src/language/index.js";
import {
  type BuildContext,
  byteTokenizer,
  type Finetune,
  finetune,
  type FinetuneDefinition,
  readTokenizer
} from "../../src/finetune/index.js";
import {localModel} from "../../src/generation/index.js";
import {readHeader} from "../../src/safetensors/index.js";
import {openStore, openWorkspace} from "../../src/store/index.js";
import {mergedModel} from "../../src/candidates/index.js";
import {merge} from "../../src/merge/index.js";
import {lineage, type ModelManifest} from "../../src/models/index.js";
import {recordFiles} from "../../src/jobs/index.js";
import {finetuneVerb} from "../../src/cli/finetune.js";
import {printed} from "../support/printed.js";
import {commandProject} from "../support/temporaryWorkspace.js";

const assayIndex = fileURLToPath(new URL("../../src/index.js", import.meta.url));

let project: string;
let base: ModelManifest & {path: string};

async function define(name: string, fields: string): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({
  dataset: "words",
  split: {strategy: "random", name: "random", test: 0.2, validation: 0.1},
  format: "prompt",
  columns: {prompt: "word", completion: "plural"},
  length: 32, rows: 4, threads: 1, ${fields}
});
`
  );
}

async function json<T>(name: string): Promise<T> {
  const text = await printed(() => finetuneVerb([name], {json: true}));
  return (JSON.parse(text) as T[])[0]!;
}

beforeAll(async () => {
  project = await commandProject();
  await mkdir(join(project, "data-loaders"));
  await mkdir(join(project, "finetunes"));
  const words = "cat dog bird house tree lamp door car boat book pen cup star road hand".split(" ");
  const rows = words.flatMap((word) =>
    ["", "big ", "red ", "old "].map((more) => `${more}${word},${more}${word}s`)
  );
  await writeFile(join(project, "words.csv"), `word,plural\n${rows.join("\n")}\n`);
  await writeFile(
    join(project, "data-loaders", "words.ts"),
    `import {defineDataset} from ${JSON.stringify(assayIndex)};
export default defineDataset({name: "words", licence: "CC0", sensitivity: "public", source: {kind: "files", files: "words.csv"}});\n`
  );
  await define(
    "scratch",
    `method: "full", steps: 12, rate: 0.01,
  base: {tokenizer: byteTokenizer({tokens: ["big "]}), config: {model_type: "llama", architectures: ["LlamaForCausalLM"], hidden_size: 32,
    intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    rope_theta: 10000, max_position_embeddings: 64, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: 0}}`
  );
  await define("adapter", `base: "scratch", method: "lora", lora: {rank: 4}, steps: 4, rate: 0.01`);
  await define("tiny-rows", `base: "scratch", method: "lora", lora: {rank: 4}, steps: 4, length: 2`);
  base = await json<ModelManifest & {path: string}>("scratch");
});
afterAll(() => vi.unstubAllEnvs());

describe("assay finetune", () => {
  it("trains a model from scratch and keeps it with its data, settings, curve and card", async () => {
    expect(base.architecture).toBe("language-model");
    expect(base.parents).toEqual([]);
    expect(base.training).toMatchObject({dataset: "words", part: "train"});
    expect(base.training!.rows).toBeGreaterThan(30);
    expect(base.metrics!.steps).toBe(12);
    expect((await readdir(base.path)).sort()).toEqual([
      "README.md",
      "config.json",
      "manifest.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
      "training.json"
    ]);
    const card = await readFile(join(base.path, "README.md"), "utf8");
    expect(card).toContain("licence of the data: CC0");
    expect(card).toContain("trained from random weights");
    expect(card).toMatch(/\| 12 \| \d\.\d{4} \|/);
    const {curve} = JSON.parse(await readFile(join(base.path, "training.json"), "utf8")) as {
      curve: {loss: number}[];
    };
    expect(curve.at(-1)!.loss).toBeLessThan(curve[0]!.loss - 1);
    // Nothing of the rows stays behind.
    expect(await readdir(join(project, ".assay", "models", ".training"))).toEqual([]);
  });

  it("says what a training would be, and trains nothing", async () => {
    const before = await readdir(join(project, ".assay", "models"));
    const stdout = await printed(() => finetuneVerb(["adapter"], {check: true}));
    expect(stdout).toMatch(/adapter: an adapter of [\d,]+ weights on the [\d,]+ of scratch would be trained/);
    const full = await printed(() => finetuneVerb(["scratch"], {check: true}));
    expect(full).toMatch(/scratch: ([\d,]+) of \1 weights of random weights would be trained/);
    expect(stdout).toMatch(/4 steps; the 41 examples are packed into 20 rows of up to 32 tokens, 4 a step/);
    expect(stdout).toMatch(/memory: about 0\.\d\d GB/);
    expect(await readdir(join(project, ".assay", "models"))).toEqual(before);
  });

  it("says that a model is there already", async () => {
    const again = await printed(() => finetuneVerb(["scratch"], {}));
    expect(again).toMatch(/^scratch: in the store already, nothing was trained now: 12 steps on/);
    const fresh = `name: "fresh", base: "scratch", method: "lora", lora: {rank: 4}, steps: 1, rate: 0.02`;
    await define("fresh", fresh);
    expect(await printed(() => finetuneVerb(["fresh"], {}))).toMatch(/^fresh: 1 steps on/);
    await rm(join(project, "finetunes", "fresh.finetune.ts"));
    await define("fresh-again", `${fresh}, seed: "assay"`);
    expect(await printed(() => finetuneVerb(["fresh"], {}))).toMatch(
      /^fresh: trained again, to the same model: 1 steps on/
    );
    await rm(join(project, "finetunes", "fresh-again.finetune.ts"));
  });

  it("says which base was meant", async () => {
    await define("typo", `base: "scrach", method: "lora"`);
    await expect(finetuneVerb(["typo"], {})).rejects.toThrow(/base "scrach": .* Did you mean "scratch"\?/);
    await define("pending", `base: "nothing"`);
    await define("typo-of-file", `base: "pendin", method: "lora"`);
    await expect(finetuneVerb(["typo-of-file"], {})).rejects.toThrow(/Did you mean "pending"\?/);
    for (const name of ["pending", "typo", "typo-of-file"])
      await rm(join(project, "finetunes", `${name}.finetune.ts`));
  });

  it("says which fine-tune makes a base that is not there yet", async () => {
    await define("pending", `base: "nothing"`);
    await define("after", `base: "pending", method: "lora"`);
    await expect(finetuneVerb(["after"], {})).rejects.toThrow(
      "finetunes/pending.finetune.ts makes it: `assay finetune pending` first."
    );
    for (const name of ["pending", "after"]) await rm(join(project, "finetunes", `${name}.finetune.ts`));
  });

  it("trains an adapter on a stored model, which the merge engine applies to the same logits", async () => {
    const own = await json<ModelManifest & {path: string}>("adapter");
    expect(own.architecture).toBe("language-model-adapter");
    expect(own.parents).toEqual([{id: base.id, name: "scratch"}]);
    const dir = join(project, ".assay", "models");
    expect((await lineage(dir, own.id)).map(({name}) => name)).toEqual(["adapter", "scratch"]);
    const again = await json<ModelManifest>("adapter");
    expect(again.id).toBe(own.id);
    expect(again.createdAt).toBe(own.createdAt);

    const out = join(project, "merged");
    await merge(
      {
        merge_method: "linear",
        models: [{model: `${base.path}+${own.path}`, parameters: {weight: 1}}],
        dtype: "float32"
      },
      {out}
    );
    const backend = await openBackend(1);
    const active = await LanguageModel.open(backend, base.path);
    const adapter = new ActiveAdapter(active, await readAdapter(own.path));
    const merged = await LanguageModel.open(backend, out);
    const batch = batchOf([[40, 50, 60, 70]]);
    const [a, b] = [active.logits(batch), merged.logits(batch)];
    adapter.off();
    const plain = active.logits(batch);
    const furthest = (x: Float32Array, y: Float32Array) =>
      Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
    expect(furthest(a, b)).toBeLessThan(1e-4);
    expect(furthest(a, plain)).toBeGreaterThan(1e-3);
    adapter.free();
    active.free();
    merged.free();
  });

  it.each([
    ["which says no name", "adapter"],
    ["which has a seed of its own", "seeded"]
  ])("is the same model for an eval that imports its file, %s", async (_, name) => {
    await define("seeded", `base: "scratch", method: "lora", lora: {rank: 4}, steps: 1, seed: "seven"`);
    const file = join(project, "finetunes", `${name}.finetune.ts`);
    const {default: imported} = (await import(file)) as {default: Finetune};
    const own = await json<ModelManifest>(name);
    expect(own.training!.seed).toBe(name === "seeded" ? "seven" : "assay");
    const store = await openStore(await openWorkspace(project));
    try {
      const {sha256: version} = (await store.latestVersion("words"))!;
      const context: BuildContext = {
        dir: join(project, ".assay", "models"),
        rows: () => {
          throw new Error("it trains again");
        },
        dataset: "words",
        version,
        split: own.training!.split,
        seed: "the eval's",
        project
      };
      const model = await imported.build(context);
      expect(model).toMatchObject({id: own.id, name});
    } finally {
      await store.close();
      await rm(join(project, "finetunes", "seeded.finetune.ts"));
    }
  });

  it("knows the store's model where a base is given by a path to its files", async () => {
    await cp(base.path, join(project, "copied"), {recursive: true});
    await define("by-path", `base: "copied", method: "lora", lora: {rank: 4}, steps: 1`);
    const own = await json<ModelManifest>("by-path");
    expect(own.parents).toEqual([{id: base.id, name: "scratch"}]);
    await rm(join(project, "finetunes", "by-path.finetune.ts"));
  });

  it("names a base of the hub in the adapter as other tools know it", async () => {
    const dir = join(project, ".assay", "models");
    await recordFiles(await openWorkspace(project), base.path, {
      name: "acme/tiny",
      parents: [],
      settings: {}
    });
    await define("on-hub", `base: "acme/tiny", method: "lora", lora: {rank: 4}, steps: 1`);
    const own = await json<ModelManifest & {path: string}>("on-hub");
    const config = JSON.parse(await readFile(join(own.path, "adapter_config.json"), "utf8")) as object;
    expect(config).toMatchObject({base_model_name_or_path: "acme/tiny"});
    expect((await lineage(dir, own.id)).map(({name}) => name)).toEqual(["on-hub", "acme/tiny"]);
    await define("nowhere", `base: "acme/other", method: "lora", steps: 1`);
    await expect(json("nowhere")).rejects.toThrow(
      /`assay models add ORG\/NAME` fetches one of the Hugging Face/
    );
  });

  it("trains on what another source makes, once, and merges the results into a model that answers", async () => {
    const dir = join(project, ".assay", "models");
    const rows = ["cat", "dog", "bird", "house"].map((word) => ({id: word, word, plural: `${word}s`}));
    const context: BuildContext = {
      dir,
      async *rows(part) {
        if (part === "train") yield* rows;
      },
      dataset: "words",
      version: "v1",
      split: "s1",
      seed: "assay",
      project
    };
    const own = (name: string, more: Partial<FinetuneDefinition>) =>
      finetune({
        name,
        dataset: "words",
        split: {strategy: "random"},
        base: base.id,
        format: "prompt",
        columns: {prompt: "word", completion: "plural"},
        method: "full",
        rate: 0.003,
        steps: 2,
        rows: 2,
        length: 32,
        threads: 1,
        ...more
      });
    const first = own("first", {});
    const [a, b] = ["a", "b"].map((name) => own(name, {base: first, seed: name}));
    const other = own("a", {base: own("first", {steps: 3}), seed: "a"});
    expect(await other.configHash(context)).not.toBe(await a!.configHash(context));
    const average = mergedModel({
      name: "average",
      method: "linear",
      models: [a!, b!].map((source) => ({source, parameters: {weight: 0.5}}))
    });
    const model = await average.build(context);
    expect(model.architecture).toBe("language-model");
    expect(model.files.map(({path}) => path)).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json"
    ]);
    const names = (await lineage(dir, model.id)).map(({name}) => name);
    expect([...names].sort()).toEqual(["a", "average", "b", "first", "scratch"]);
    const store = await openStore(await openWorkspace(project));
    const endpoint = localModel(model.id, {workspace: store.workspace, threads: 1});
    try {
      const messages = [{role: "user" as const, content: "cat"}];
      const {usage} = await endpoint.complete({model: "average", messages, params: {max_tokens: 4}});
      expect(usage!.promptTokens).toBe(3);
    } finally {
      await endpoint.close?.();
      await store.close();
    }
  });

  describe("from scratch", () => {
    const rows = ["cat", "dog", "bird", "house"].map((word) => ({id: word, word, plural: `${word}s`}));
    const config = {
      model_type: "llama",
      hidden_size: 32,
      intermediate_size: 64,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-5,
      max_position_embeddings: 64,
      tie_word_embeddings: true
    };
    const tuned = (name: string, more: Partial<FinetuneDefinition> = {}) =>
      finetune({
        name,
        dataset: "words",
        split: {strategy: "random"},
        base: {tokenizer: byteTokenizer(), config},
        format: "prompt",
        columns: {prompt: "word", completion: "plural"},
        method: "full",
        steps: 3,
        rows: 2,
        length: 32,
        threads: 1,
        ...more
      });
    const contextIn = (dir: string): BuildContext => ({
      dir: join(project, dir, "models"),
      async *rows() {
        yield* rows;
      },
      dataset: "words",
      version: "v1",
      split: "s1",
      seed: "assay",
      project
    });
    const left = (context: BuildContext) => readdir(join(context.dir, ".training")).catch(() => []);

    it("is known to a dry run once it is made, and so is what is trained on it; neither leaves files", async () => {
      const context = contextIn("known");
      const dry = {...context, onlyKnown: true};
      const first = tuned("first");
      const second = tuned("second", {base: first});
      await expect(first.build(dry)).rejects.toMatchObject({name: "NotMade", model: "first"});
      await expect(second.build(dry)).rejects.toMatchObject({name: "NotMade", model: "second"});
      expect(await left(context)).toEqual([]);
      const own = await second.build(context);
      for (const again of [dry, context]) {
        expect((await second.build(again)).id).toBe(own.id);
        expect((await first.build(again)).id).toBe(own.parents[0]!.id);
      }
      await first.check(context);
      expect(await left(context)).toEqual([]);
    });

    it("is one model whatever the threads, the time and the interruptions, with the speed of all of it", async () => {
      const undisturbed = await tuned("one", {steps: 20}).build(contextIn("undisturbed"));
      expect(undisturbed.metrics!.threads).toBe(1);
      const context = contextIn("stopped");
      const own = tuned("one", {steps: 20, threads: 2});
      const controller = new AbortController();
      const begun = performance.now();
      const stop = ({step}: {step: number}) => step === 8 && controller.abort();
      await expect(own.build({...context, signal: controller.signal}, {onStep: stop})).rejects.toThrow(
        /stopped after step 1?\d of 20/
      );
      const [work] = await left(context);
      const file = join(context.dir, ".training", work!, "checkpoint.safetensors");
      const {use} = JSON.parse((await readHeader(file)).metadata.state!) as {use: {seconds: number}};
      const resumed = await own.build(context);
      expect(resumed.id).toBe(undisturbed.id);
      const {seconds} = resumed.training!;
      expect(seconds).toBeGreaterThan(use.seconds);
      expect(seconds).toBeLessThan((performance.now() - begun) / 1000);
      expect(resumed.metrics!.tokensPerSecond).toBeCloseTo(resumed.metrics!.trainedTokens! / seconds, 6);
    });

    it("keeps a folder that can be used when its loss rises", async () => {
      const wild = tuned("wild", {rate: 1, warmUp: 150, steps: 150, clip: false, validateEvery: 5});
      const message = await wild.build(contextIn("wild")).catch(({message}: Error) => message);
      const folder = /The weights of step \d+ are kept in (.*?)\. Try/.exec(String(message))![1]!;
      expect((await readdir(folder)).sort()).toEqual([
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json"
      ]);
    });

    it("states in its config.json what its definition left out", async () => {
      const own = await tuned("short").build(contextIn("short"));
      const file = join(project, "short", "models", own.id, "config.json");
      const written = JSON.parse(await readFile(file, "utf8")) as object;
      expect(written).toMatchObject({...config, rope_theta: 10_000});
    });

    it("learns part validation without being checked on it", async () => {
      const parts: string[] = [];
      const context = contextIn("validation");
      const asked: BuildContext = {
        ...context,
        rows(part) {
          parts.push(part);
          return context.rows(part);
        }
      };
      const own = await tuned("judged", {part: "validation"}).build(asked);
      expect(parts).toEqual(["validation"]);
      expect(own.metrics!.validationLoss).toBeUndefined();
    });
  });

  it("answers on this machine, by llama.cpp, what its own forward pass finds likeliest", async () => {
    const store = await openStore(await openWorkspace(project));
    const endpoint = localModel(base.id, {workspace: store.workspace, threads: 1});
    const model = await LanguageModel.open(await openBackend(1), base.path);
    const {encode} = await readTokenizer(base.path);
    try {
      for (const word of ["cat", "red tree"]) {
        const {text} = await endpoint.complete({
          model: "scratch",
          messages: [{role: "user", content: word}],
          params: {temperature: 0, max_tokens: 8}
        });
        const ids = encode(word);
        const prompt = ids.length;
        while (ids.length < prompt + 8) {
          const last = model.logits(batchOf([ids])).subarray(-model.config.vocabulary);
          const best = last.indexOf(last.reduce((a, b) => Math.max(a, b)));
          if (best === 0) break;
          ids.push(best);
        }
        expect(encode(text)).toEqual(ids.slice(prompt));
      }
    } finally {
      await endpoint.close?.();
      model.free();
      await store.close();
    }
  });

  it("names what is wrong before anything is trained", async () => {
    await expect(finetuneVerb(["tiny-rows"], {})).rejects.toThrow(
      /gives no example \(\d+ rows, \d+ without an answer within 2 tokens\)/
    );
    await expect(finetuneVerb(["nobody"], {})).rejects.toThrow(
      /no such fine-tune: nobody\. finetunes\/ has adapter, nowhere, on-hub, scratch, tiny-rows/
    );
    await define("head", `base: "scratch", method: "lora", lora: {targets: ["q_proj", "lm_head"]}`);
    await expect(finetuneVerb(["head"], {check: true})).rejects.toThrow(
      /lora\.targets: lm_head of scratch has no weights of its own/
    );
    await define("wrong", `base: "nowhere", method: "qlora", rate: -1`);
    await expect(finetuneVerb(["wrong"], {})).rejects.toThrow(
      /`method` must be one of .*not "qlora".*`rate` must be .*not -1/s
    );
  });
});
