import {mkdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {byteTokenizer, type FinetuneDefinition} from "../../../src/training/finetunes/index.js";
import {findBase} from "../../../src/training/finetunes/language/base.js";
import {hashedFiles, recordModel} from "../../../src/weights/models/index.js";
import {hashJson} from "../../../src/base/system/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let project: string;
beforeAll(async () => {
  project = await temporaryProject();
});

async function idOf(base: FinetuneDefinition["base"]): Promise<string> {
  const definition = {base} as FinetuneDefinition;
  const context = {dir: join(project, ".assay/models"), project} as Parameters<typeof findBase>[1];
  return (await findBase(definition, context, join(project, "work"))).id;
}

describe("a base in a folder", () => {
  it("is another when the chat template that its rows are written with is another, and keeps its id without one", async () => {
    const folder = await tinyLanguageModel(join(project, "base"));
    const bare = await idOf("./base");
    const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    const files = await hashedFiles(folder, names);
    expect(bare).toBe(hashJson({files: files.map(({path, sha256}) => [path, sha256])}));
    await writeFile(join(folder, "README.md"), "Read by nobody.");
    expect(await idOf("./base")).toBe(bare);
    const template = join(folder, "chat_template.jinja");
    await writeFile(template, "{{ messages[0].content }}");
    const one = await idOf("./base");
    await writeFile(template, "{{ messages[0].content }}!");
    expect(new Set([bare, one, await idOf("./base")]).size).toBe(3);
    await rm(template);
    expect(await idOf("./base")).toBe(bare);
  });
});

describe("a base that is an adapter", () => {
  it("is refused with the recipe that merges it into its own", async () => {
    const dir = join(project, ".assay/models");
    const record = (
      name: string,
      architecture: string,
      parents: {id: string; name: string}[],
      folder: string
    ) => recordModel(dir, {name, architecture, settings: {}, files: [], parents, folder});
    await mkdir(join(project, "adapter"));
    const base = await record("first", "checkpoint", [], "base");
    await record("tuned", "language-model-adapter", [base], "adapter");
    await expect(idOf("tuned")).rejects.toThrow(
      "Merge it into its base first, by the recipe {merge_method: passthrough, models: [{model: first+tuned}]} (`assay merge RECIPE.yml --out DIR`)"
    );
  });
});

describe("a base from scratch", () => {
  const config = {
    model_type: "llama",
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    max_position_embeddings: 64
  };

  it("is another when its tokenizer has another chat template", async () => {
    const files = byteTokenizer();
    const bare = await idOf({config, tokenizer: files});
    const folder = join(project, "tokenizer");
    await mkdir(folder);
    for (const [file, content] of Object.entries(files))
      await writeFile(join(folder, file), JSON.stringify(content));
    expect(await idOf({config, tokenizer: "./tokenizer"})).toBe(bare);
    await writeFile(join(folder, "chat_template.jinja"), "{{ messages[0].content }}");
    const other = await idOf({config, tokenizer: "./tokenizer"});
    expect(other).not.toBe(bare);
    const settings = {...files["tokenizer_config.json"], chat_template: "{{ messages[0].content }}"};
    expect(await idOf({config, tokenizer: {...files, "tokenizer_config.json": settings}})).toBe(other);
  });
});
