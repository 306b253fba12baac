import {spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {mergeVerb} from "../../src/cli/models/merge/merge.js";
import {writeSafetensors} from "../../src/weights/safetensors/index.js";
import {readTensors, workFolder, writeModel} from "../weights/merge/support.js";
import {assay} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {printed} from "../support/printed.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const at = (name: string) => join(work.path, name);

async function recipe(name: string, ...lines: string[]): Promise<string> {
  await writeFile(at(name), lines.join("\n") + "\n");
  return at(name);
}

beforeAll(async () => {
  work = await workFolder();
  vi.stubEnv("ASSAY_PROJECT", work.path);
  vi.stubEnv("XDG_CACHE_HOME", work.path);
  for (const [k, name] of ["base", "a", "b"].entries()) {
    const layer = (i: number) => ({
      [`model.layers.${i}.mlp.gate_proj.weight`]: {shape: [3, 2], values: [1, 2, 3, 4, 5, 6 + k]},
      [`model.layers.${i}.mlp.up_proj.weight`]: {shape: [3, 2], values: [1, 2, 3, 4, 5 - k, 6]},
      [`model.layers.${i}.mlp.down_proj.weight`]: {shape: [2, 3], values: [1, 2, 3 * (k - 1), 4, 5, 6]}
    });
    const tokens = ["x", "y", `\u001b[31m${name}`];
    await writeModel(
      at(name),
      {
        "model.embed_tokens.weight": {shape: [3, 2], values: [1, 2, 3, 4, 5, 6 * k]},
        ...layer(0),
        ...layer(1)
      },
      {model_type: "llama", num_hidden_layers: 2, vocab_size: 3}
    );
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    await writeFile(
      join(at(name), "tokenizer.json"),
      JSON.stringify({model: {type: "BPE", vocab, merges: []}, added_tokens: []})
    );
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  process.exitCode = 0;
  await work.remove();
});

const ties = () => [
  "merge_method: ties",
  `base_model: ${at("base")}`,
  "models:",
  ...["a", "b"].map((name) => `  - {model: ${at(name)}, parameters: {weight: 1}}`)
];

describe("assay merge", () => {
  it("merges documents that name each other", async () => {
    const file = await recipe(
      "two.yml",
      "name: first",
      ...ties(),
      "---",
      "merge_method: slerp",
      `base_model: ${at("base")}`,
      "models: [{model: first}]",
      "parameters: {t: 0.5}"
    );
    const text = await printed(() => mergeVerb(file, {out: at("two")}));
    expect(text).toMatch(/^first: ties into [^]*slerp of 2 models into/);
    expect(existsSync(at("two/model.safetensors"))).toBe(true);
    const check = await printed(() => mergeVerb(file, {check: true}));
    expect(check).toMatch(/^first: ties, ready/);
    expect(check).toMatch(/two\.yml: slerp, looked at once first is merged/);
  });

  it("keeps of random methods what given masks keep, and refuses masks of other tensors", async () => {
    const file = await recipe(
      "masked.yml",
      "merge_method: dare_linear",
      `base_model: ${at("base")}`,
      `models: [{model: ${at("b")}, parameters: {weight: 1, density: 0.5}}]`
    );
    const masks = async (entries: [name: string, dtype: "BOOL" | "U8", data: number[]][]) => {
      const tensors = entries.map(([name, dtype, data]) => ({name, dtype, data, shape: [data.length]}));
      await writeSafetensors(
        at("masks.safetensors"),
        tensors.map((tensor) => ({...tensor, data: Uint8Array.from(tensor.data)}))
      );
      return at("masks.safetensors");
    };
    const down = (i: number) => `b/model.layers.${i}.mlp.down_proj.weight`;
    const given = await masks([
      [down(0), "BOOL", [0, 0, 0, 1, 1, 1]],
      [down(1), "U8", [0b00100000]]
    ]);
    expect(await printed(() => mergeVerb(file, {out: at("masked"), masks: given}))).toContain(
      "What is kept of 2 differences is given by masks"
    );
    const merged = await readTensors(at("masked"));
    // The base has -3 and the other 3: what no mask keeps is the base's.
    expect([...merged.get("model.layers.0.mlp.down_proj.weight")!.values]).toEqual([1, 2, -3, 4, 5, 6]);
    expect([...merged.get("model.layers.1.mlp.down_proj.weight")!.values]).toEqual([1, 2, 3, 4, 5, 6]);
    const refused = async (entries: Parameters<typeof masks>[0]) =>
      mergeVerb(file, {out: at("refused"), masks: await masks(entries)});
    await expect(refused([[down(0), "U8", [1, 1]]])).rejects.toThrow(/16 bits, and the tensor 6 elements/);
    await expect(refused([["c/x", "U8", [1]]])).rejects.toThrow(/the mask c\/x/);
    await expect(mergeVerb(file, {out: at("refused"), masks: at("none.safetensors")})).rejects.toThrow(
      /does not exist/
    );
  });

  it("names the line where the YAML breaks", async () => {
    const file = await recipe(
      "broken.yml",
      "merge_method: linear",
      "models:",
      "  - model: a",
      "   parameters: 1"
    );
    await expect(mergeVerb(file, {out: at("broken")})).rejects.toThrow(/broken\.yml line 4: /);
    expect(await printed(() => mergeVerb(file, {check: true}))).toMatch(/1 problem\n {2}line 4: /);
  });

  it("tells what is wrong with a recipe in the command line, too", async () => {
    const bad = await recipe("method.yml", "merge_method: nope", `models: [{model: ${at("a")}}]`);
    const named = await recipe("named.yml", "merge_method: linear", "models: [{model: nobody/has-this}]");
    const told = await assay(work.path, "merge", bad, "--out", at("nope"));
    expect(told.stderr).toMatch(/^assay: \S*method\.yml line 1: .*nope/);
    expect(told.code).toBe(1);
    expect((await assay(work.path, "merge", named, "--out", at("nope"))).stderr).toContain("nobody/has-this");
  });

  it("checks a mixture of experts before building it", async () => {
    const file = await recipe(
      "moe.yml",
      `base_model: ${at("base")}`,
      "gate_mode: random",
      "experts:",
      ...["a", "b"].map((name) => `  - {source_model: ${at(name)}}`)
    );
    expect(await printed(() => mergeVerb(file, {check: true}))).toMatch(/moe, ready\n {2}15 tensors; reads/);
    const bad = await recipe("bad-moe.yml", `base_model: ${at("base")}`, "gate_mode: random", "experts: []");
    expect(await printed(() => mergeVerb(bad, {check: true}))).toMatch(/line 3: experts is a list/);
  });

  it("previews tokens, layers, size and time without letting a token write to the terminal", async () => {
    const file = await recipe("united.yml", ...ties(), "tokenizer_source: union");
    const text = await printed(() => mergeVerb(file, {check: true}));
    expect(text).toMatch(/time about \d+s/);
    expect(text).toMatch(/vocabulary of 5; 3 tokens differ/);
    expect(text).toMatch(/token +id +id in a +id in b +id in base +missing rows from/);
    expect(text).toMatch(/layer +change of a +change of b +cosine +sign conflict/);
    expect(text).toContain("u001b[31ma");
    expect(text).not.toContain("\u001b[31m");
  });

  it("stopped by Ctrl-C says how to go on, and ends with 130", async () => {
    await mkdir(at("large"));
    const values = Array.from({length: 400_000}, (_, i) => Math.sin(i));
    const tensors = Object.fromEntries(
      Array.from({length: 30}, (_, i) => [`layers.${i}.w`, {values, dtype: "BF16" as const}])
    );
    await writeModel(at("large/base"), tensors);
    const file = await recipe(
      "large.yml",
      "merge_method: della",
      `base_model: ${at("large/base")}`,
      `models: [{model: ${at("large/base/model.safetensors")}, parameters: {weight: 1, density: 0.5}}]`
    );
    const args = [compiled("bundle/main.js"), "merge", file, "--out", at("stopped"), "--threads", "1"];
    const child = spawn(process.execPath, args, {stdio: ["ignore", "ignore", "pipe"]});
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
    while (child.exitCode === null && !existsSync(at(".stopped.merging/state.json"))) await wait(5);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(said).toContain("continues after the last finished shard");
    expect(existsSync(at("stopped"))).toBe(false);
  });
});
