import {execFileSync, spawnSync} from "node:child_process";
import {existsSync, mkdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {readContent} from "../../src/evals/importedResults/content.js";
import {sizeMetadata} from "../../src/weights/gguf/architectures.js";
import {readGguf} from "../../src/weights/gguf/index.js";
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
