import {execFileSync, spawnSync} from "node:child_process";
import {existsSync, mkdirSync, truncateSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {describe, expect, it} from "vitest";
import {readContent} from "../../src/evals/importedResults/content.js";
import {sizeMetadata} from "../../src/weights/gguf/architectures.js";
import {convertModel, readGguf} from "../../src/weights/gguf/index.js";
import {openAdapterConfig} from "../../src/weights/safetensors/adapterConfig.js";
import {namedBase} from "../../src/weights/models/outsideFiles.js";
import {licenceIn} from "../../src/weights/models/statedLicence.js";
import {readVocabulary} from "../../src/weights/merge/tokenizer/vocabulary.js";
import {correctedType} from "../../src/inference/localModels/runnable.js";
import type {ModelFiles} from "../../src/inference/localModels/modelFiles.js";
import {usageCounter} from "../../src/inference/endpoints/estimatedTokens.js";
import {readScratch} from "../../src/training/finetunes/language/scratch.js";
import {checkpointTokenCounter} from "../../src/training/finetunes/exports/checkpointTokens.js";
import {readOutputTerms} from "../../src/data/datasets/answers/outputTerms.js";
import {readDocument} from "../../src/data/datasets/sources/importers/json.js";
import {readShutdowns} from "../../src/report/providerExit/shutdowns.js";
import {LONGEST_TEXT} from "../../src/base/system/regularFile.js";
import {projectSettings} from "../../src/base/store/projectSettings.js";
import {readPriceFile} from "../../src/base/store/projectPrices.js";
import {openCheckpoint} from "../../src/weights/safetensors/index.js";
import {readConfig} from "../../src/training/trainer/config.js";
import {readModelConfig} from "../../src/training/trainer/model.js";
import {readMapping} from "../../src/weights/merge/readMapping.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {refusalOfPromise} from "./support.js";

const pipe = async (name: string) => {
  const folder = join(await temporaryProject(), "given");
  mkdirSync(folder, {recursive: true});
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return {folder, path};
};

describe("a named pipe, which nobody writes to, in place of", () => {
  it("weights is refused with its path", async () => {
    const {folder, path} = await pipe("model.safetensors");
    await expect(openCheckpoint(folder)).rejects.toThrow(`${path} is a named pipe, not a file`);
  });
  it("the configuration of a model is refused with its path", async () => {
    const {folder, path} = await pipe("config.json");
    for (const read of [readModelConfig(folder), readMapping(folder, "config.json")])
      await expect(read).rejects.toThrow(`${path} is a named pipe, not a file`);
  });
  it("a GGUF file is refused with its path", async () => {
    const {path} = await pipe("model.gguf");
    await expect(readGguf(path)).rejects.toThrow(`${path} is a named pipe, not a file`);
  });
  it("results of another tool is refused with its path", async () => {
    const {path} = await pipe("results.json");
    await expect(readContent(path)).rejects.toThrow(`${path} is not a file`);
  });
});

type Read = (folder: string, path: string) => unknown;
const READ: Record<string, [file: string, read: Read][]> = {
  "a shard index": [["model.safetensors.index.json", (folder) => openCheckpoint(folder)]],
  "a model's configuration": [
    ["config.json", (path) => correctedType({kind: "checkpoint", path} as ModelFiles)],
    ["config.json", (from) => convertModel({from, to: join(from, "out.gguf"), type: "f16", base: from})]
  ],
  "an adapter's configuration": [
    ["adapter_config.json", (folder) => openAdapterConfig(folder)],
    ["adapter_config.json", async (folder) => namedBase(folder)]
  ],
  "a tokenizer": [
    ["tokenizer.json", (folder) => readVocabulary(folder, 8)],
    ["tokenizer.json", (tokenizer) => readScratch({config: {}, tokenizer} as never, "seed")],
    ["tokenizer.json", (folder) => checkpointTokenCounter(folder)],
    ["tokenizer.json", (_, path) => usageCounter("one", path)]
  ],
  "what a project states": [
    ["assay.json", (folder) => projectSettings(folder)],
    ["output-terms.json", (folder) => readOutputTerms(folder)],
    ["shutdowns.json", (folder) => readShutdowns(folder)],
    ["prices.json", (_, path) => readPriceFile(path)]
  ],
  "what another tool wrote": [
    ["trace.json", (_, path) => readDocument(path)],
    ["README.md", (folder) => licenceIn(folder)]
  ]
};

describe.each(Object.entries(READ))("a named pipe in place of %s", (_, readers) => {
  it.each(readers)("is refused with its path, whoever opens %s", async (name, read) => {
    const {folder, path} = await pipe(name);
    expect(await refusalOfPromise(Promise.resolve(read(folder, path)))).toContain(
      `${path} is a named pipe, not a file. Put the file there, or name another.`
    );
  });
});

it("a text file longer than a text may be is refused before it is read", async () => {
  const path = join(await temporaryProject(), "assay.json");
  writeFileSync(path, "");
  truncateSync(path, LONGEST_TEXT + 1);
  expect(await refusalOfPromise(projectSettings(dirname(path)))).toContain(
    `${path} has ${LONGEST_TEXT + 1} bytes`
  );
});

describe("a config.json of a billion layers", () => {
  const config = {
    model_type: "llama",
    hidden_size: 64,
    num_attention_heads: 4,
    intermediate_size: 96,
    vocab_size: 267,
    num_hidden_layers: 1e9
  };
  it("is refused by training and by GGUF", () => {
    expect(() => readConfig(config, "given")).toThrow(/num_hidden_layers is 1000000000; at most 10000/);
    expect(() => sizeMetadata({name: "llama"} as never, config, "given", 1)).toThrow(
      /num_hidden_layers is 1000000000; at most 10000/
    );
  });
});

it.runIf(existsSync("/proc/self"))(
  "a store where no folder can be made is refused, at any depth",
  async () => {
    const project = await temporaryProject();
    for (const place of ["/proc/self/store", "/proc/none/of/these"])
      expect(await refusalOfPromise(openWorkspace(project, place))).toMatch(
        /^\/proc\/\w+(\/store)?: no folder can be made there/
      );
  }
);

it.runIf(process.platform !== "win32").each([22, 32, 36])(
  "%d open files are too few to load a command, which is said in one line",
  async (most) => {
    const words = `ulimit -n ${most}; exec "$0" "$@"`;
    const main = compiled("bundle/main.js");
    const {status, stdout, stderr} = spawnSync("sh", ["-c", words, process.execPath, main, "runs"], {
      cwd: await temporaryProject(),
      encoding: "utf8",
      timeout: 20_000
    });
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      expect.stringMatching(
        /^assay: .*too many open files.* Raise the limit of open files \(`ulimit -n`\)\.\n$/i
      )
    ]);
  }
);
