import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdir, readFile, readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {storedModel, trained} from "../../src/evals/candidates/index.js";
import {mergeVerb} from "../../src/cli/models/merge/merge.js";
import {
  listModels,
  loadModel,
  type ModelManifest,
  roundTable,
  saveModel
} from "../../src/weights/models/index.js";
import {miniLmFiles} from "../../src/weights/models/encoder/weights.js";
import {sharedWordPiece} from "../../src/weights/models/encoder/wordPiece.js";
import {encodeSafetensors} from "../../src/weights/models/safetensors.js";
import type {PrepareContext} from "../../src/evals/runner/define.js";
import {modelsDir, openStore, type Workspace} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

const DIMENSIONS = 16;
const TOKENS = 400;
const texts = ["my invoice was charged twice", "the page crashes when I log in"];
let workspace: Workspace;
let dir: string;
let tokenIds: number[];
const parents: Record<string, ModelManifest> = {};
const at = (name: string) => join(workspace.project, name);

/** A static model whose table has a push in one direction for the words of one label. */
async function model(name: string, pushed: number, labels = ["bug", "billing"], tokens = tokenIds) {
  const {tokenizerPath} = await miniLmFiles();
  const tokenizerJson = await readFile(tokenizerPath, "utf8");
  const words = sharedWordPiece(tokenizerJson);
  const table = Float32Array.from({length: TOKENS * DIMENSIONS}, (_, i) => 0.01 * Math.sin(i));
  for (const [label, text] of [
    [1, texts[0]!],
    [0, texts[1]!]
  ] as const)
    if (pushed === label || pushed === 2)
      for (const id of words.encode(text)) table[tokens.indexOf(id) * DIMENSIONS + label]! += 0.5;
  const head = new Float32Array(2 * DIMENSIONS);
  head[0] = head[DIMENSIONS + 1] = 4;
  parents[name] = await saveModel(dir, {
    name,
    architecture: "static-embedding",
    labels,
    settings: {maxTokens: 64},
    parents: name === "static-base" ? [] : [{id: parents["static-base"]!.id, name: "static-base"}],
    files: {
      "config.json": JSON.stringify({model_type: "assay-static-embedding", labels}),
      "model.safetensors": encodeSafetensors({
        "embedding.weight": {shape: [TOKENS, DIMENSIONS], data: roundTable(table)},
        "head.weight": {shape: [2, DIMENSIONS], data: head},
        "head.bias": {shape: [2], data: new Float32Array(2)}
      })
    },
    sharedFiles: {"tokenizer.json": tokenizerJson, "tokens.json": JSON.stringify(tokens)},
    pack: {like: parents["static-base"]?.id}
  });
}

async function recipe(name: string, ...lines: string[]): Promise<string> {
  await writeFile(at(name), lines.join("\n") + "\n");
  return at(name);
}

const average = (...models: string[]) => [
  "merge_method: linear",
  "models:",
  ...models.map((name) => `  - {model: ${name}, parameters: {weight: 0.5}}`)
];

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  dir = modelsDir(workspace);
  await mkdir(at("data-loaders"));
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  vi.stubEnv("XDG_CACHE_HOME", workspace.project);
  const words = sharedWordPiece(await readFile((await miniLmFiles()).tokenizerPath, "utf8"));
  const used = new Set(texts.flatMap((text) => [...words.encode(text)]));
  for (let id = 2000; used.size < TOKENS; id++) used.add(id);
  tokenIds = [...used];
  await model("static-base", -1);
  await model("static-team-a", 0);
  await model("static-team-b", 1);
});
afterAll(() => vi.unstubAllEnvs());

const right = async (id: string) => (await (await loadModel(dir, id)).predict(texts)).map(({label}) => label);

describe("a recipe of the store's models", () => {
  it("names them by name or id, and its merge knows what each of them learned", async () => {
    const b = parents["static-team-b"]!;
    const file = await recipe("merge.yml", "name: both", ...average("static-team-a", b.id.slice(0, 12)));
    expect(await printed(() => mergeVerb(file, {check: true}))).toMatch(/^both: linear, ready/);
    const text = await printed(() => mergeVerb(file, {out: at("both")}));
    expect(text).toMatch(/In the lineage as [0-9a-f]{12}/);
    const both = (await listModels(dir)).find(({name}) => name === "both")!;
    expect(both).toMatchObject({
      architecture: "static-embedding",
      labels: ["bug", "billing"],
      settings: {maxTokens: 64},
      parents: [{id: parents["static-team-a"]!.id, name: "static-team-a"}, {id: b.id}],
      recipe: {method: "linear"}
    });
    expect(both.folder).toBeUndefined();
    expect(await right(both.id)).toEqual(["billing", "bug"]);
    expect((await readdir(at("both"))).sort()).toContain("tokens.json");
    expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is merged again in documents that name each other, and by the path of a model's folder", async () => {
    const file = await recipe(
      "two.yml",
      "name: first",
      ...average("static-team-a", join(dir, parents["static-team-b"]!.id)),
      "---",
      "name: second",
      ...average("first", "both")
    );
    await printed(() => mergeVerb(file, {out: at("second")}));
    const second = (await listModels(dir)).find(({name}) => name === "second")!;
    expect(second.parents.map(({name}) => name)).toEqual(["first", "both"]);
    expect(second.architecture).toBe("static-embedding");
    expect(await right(second.id)).toEqual(["billing", "bug"]);
  });

  it("makes a candidate by its name", async () => {
    const store = await openStore(workspace);
    try {
      const source = storedModel("both");
      const context = {
        store,
        version: {dataset: "tickets", sha256: "v", source: {}},
        split: {sha256: "s", name: "random", parts: {}},
        seed: "1",
        rows: async function* () {},
        onProgress: () => undefined
      } as unknown as PrepareContext;
      const {endpoint, modelId, model: named} = await trained("merged", source).prepare(context);
      expect(modelId).toBe((await listModels(dir)).find(({name}) => name === "both")!.id);
      const {text} = await endpoint.complete({model: named, messages: [{role: "user", content: texts[0]!}]});
      expect(text).toBe("billing");
      await endpoint.close?.();
      await expect(storedModel("bothh").build({dir} as never)).rejects.toThrow(
        /the store has no model "bothh"; did you mean "both"\?/
      );
    } finally {
      await store.close();
    }
  });

  it("is served by its name", async () => {
    const child = spawn(process.execPath, [compiled("bundle/main.js"), "serve", "both", "--port", "0"], {
      env: {...process.env, ASSAY_PROJECT: workspace.project},
      stdio: ["ignore", "pipe", "inherit"]
    });
    try {
      const [line] = (await once(createInterface({input: child.stdout}), "line")) as [string];
      const url = /http:\/\/\S+\/v1/.exec(line)![0];
      const answer = await fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: {"content-type": "application/json"},
        body: JSON.stringify({model: "both", messages: [{role: "user", content: texts[1]}]})
      });
      const body = (await answer.json()) as {choices: {message: {content: string}}[]};
      expect(body.choices[0]!.message.content).toBe("bug");
    } finally {
      child.kill("SIGTERM");
    }
  });

  it("says at once which names the store does not have, the nearest one, and which models do not fit", async () => {
    const unknown = await recipe("unknown.yml", ...average("static-teem-a", "nothing-like-it"));
    await expect(mergeVerb(unknown, {out: at("x")})).rejects.toThrow(
      /the store has no model "static-teem-a"; did you mean "static-team-a"\?[^]*no model "nothing-like-it"/
    );
    await model("other-labels", 0, ["ham", "spam"]);
    const labels = await recipe("labels.yml", ...average("static-team-a", "other-labels"));
    await expect(mergeVerb(labels, {out: at("x")})).rejects.toThrow(/differ in labels and cannot be merged/);
    await model("other-tokens", 0, undefined, [...tokenIds].reverse());
    const tokens = await recipe("tokens.yml", ...average("static-team-a", "other-tokens"));
    await expect(mergeVerb(tokens, {out: at("x")})).rejects.toThrow(/differ in tokens\.json/);
  });
});
