import {readdir, readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openBackend} from "../../src/weights/ggml/index.js";
import {ActiveAdapter, batchOf, LanguageModel, readAdapter} from "../../src/training/trainer/index.js";
import {type BuildContext, type Finetune, readTokenizer} from "../../src/training/finetunes/index.js";
import {localModel} from "../../src/inference/localModels/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {merge} from "../../src/weights/merge/index.js";
import {lineage, type ModelManifest} from "../../src/weights/models/index.js";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {printed} from "../support/printed.js";
import {
  base,
  config,
  contextIn,
  define,
  json,
  left,
  project,
  setUpFinetunes,
  tuned
} from "./support/wordsFinetunes.js";

setUpFinetunes();

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
    expect(await printed(() => finetuneVerb(["fresh"], {}))).toMatch(/^fresh: 1 step on/);
    await rm(join(project, "finetunes", "fresh.finetune.ts"));
    await define("fresh-again", `${fresh}, seed: "assay"`);
    expect(await printed(() => finetuneVerb(["fresh"], {}))).toMatch(
      /^fresh: trained again, to the same model: 1 step on/
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
  ])("is the same model for an eval that imports its file, %s", {tags: ["long"]}, async (_, name) => {
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

  describe("from scratch", () => {
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
      /no such fine-tune: nobody\. finetunes\/ has adapter, scratch, tiny-rows/
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
