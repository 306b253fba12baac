import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {ggufVerb} from "../../src/cli/models/gguf.js";
import type {Workspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let workspace: Workspace;
const at = (name: string) => join(workspace.project, name);
const write = (out: string, overwrite?: boolean, source = "tiny") =>
  printed(() => ggufVerb(source, {out: at(out), type: "f16", overwrite}));

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  await tinyLanguageModel(at("tiny"));
});
afterAll(() => vi.unstubAllEnvs());

describe("assay gguf", () => {
  it("never writes over a file of the model that it converts", {tags: ["long"]}, async () => {
    for (const name of ["model.safetensors", "config.json"]) {
      const before = await readFile(at(`tiny/${name}`));
      for (const overwrite of [false, true])
        await expect(write(`tiny/${name}`, overwrite)).rejects.toThrow(
          /is a file of the model that is converted/
        );
      expect(await readFile(at(`tiny/${name}`))).toEqual(before);
    }
    await expect(write("tiny")).rejects.toThrow(/is a folder/);
  });

  it("writes over a file that it wrote, and over another with --overwrite alone", async () => {
    await write("out.gguf");
    await write("out.gguf");
    await writeFile(at("out.gguf"), "Ours.");
    await expect(write("out.gguf")).rejects.toThrow(/out\.gguf is there already, .* --overwrite/);
    expect(await readFile(at("out.gguf"), "utf8")).toBe("Ours.");
    await write("out.gguf", true);
    expect((await readFile(at("out.gguf"))).subarray(0, 4).toString()).toBe("GGUF");
  });

  it("refuses a config.json with another number of tokens than the tables have rows", async () => {
    await tinyLanguageModel(at("more"), {config: {vocab_size: 300}});
    await expect(write("more.gguf", false, "more")).rejects.toThrow(
      /300 tokens \(vocab_size\), but model\.embed_tokens\.weight has \d+ rows/
    );
    await expect(readFile(at("more.gguf"))).rejects.toThrow(/ENOENT/);
  });
});
