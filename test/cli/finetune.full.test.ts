import {cp, readdir, readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type BuildContext, finetune, type FinetuneDefinition} from "../../src/training/finetunes/index.js";
import {localModel} from "../../src/inference/localModels/index.js";
import {readHeader} from "../../src/weights/safetensors/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {mergedModel} from "../../src/evals/candidates/index.js";
import {lineage, type ModelManifest} from "../../src/weights/models/index.js";
import {recordFiles} from "../../src/training/jobs/index.js";
import {
  base,
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
    // The weights are those that a training here made.
    expect((await lineage(dir, own.id)).map(({name}) => name)).toEqual(["on-hub", "acme/tiny", "scratch"]);
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
  });
});
