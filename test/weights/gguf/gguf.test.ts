import {mkdtemp, readdir, readFile, rm, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  convertAdapter,
  convertCheckpoint,
  fileType,
  libraryDequantiser,
  libraryQuantiser,
  numberOf,
  type Quantise,
  quantiseFile,
  readGguf,
  readGgufTensor,
  metadataText,
  metadataTexts
} from "../../../src/weights/gguf/index.js";
import {tokenizerMetadata} from "../../../src/weights/gguf/tokenizerMetadata.js";
import {writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {tinyLanguageModel, TINY} from "../../support/tinyLanguageModel.js";

let folder: string;
let model: string;
let quantise: Quantise;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-gguf-"));
  model = await tinyLanguageModel(join(folder, "tiny-model"));
  quantise = await libraryQuantiser();
});
afterAll(() => rm(folder, {recursive: true}));

async function valuesOf(path: string, name: string): Promise<Float32Array> {
  const file = await readGguf(path);
  const tensor = file.tensors.find((one) => one.name === name)!;
  return (await libraryDequantiser())(tensor.type, await readGgufTensor(file, tensor));
}

describe("a checkpoint as GGUF", () => {
  it("has the sizes, tokens and template of the model", async () => {
    const path = join(folder, "f32.gguf");
    const {bytes, warnings} = await convertCheckpoint(model, path, "f32", {quantise});
    const file = await readGguf(path);
    expect(file.fileBytes).toBe(bytes);
    expect(warnings).toEqual([]);
    expect(metadataText(file, "general.architecture")).toBe("llama");
    expect(metadataText(file, "general.name")).toBe("Tiny Model");
    expect(numberOf(file, "llama.attention.head_count_kv")).toBe(TINY.kvHeads);
    expect(metadataText(file, "tokenizer.ggml.pre")).toBe("gpt-2");
    expect(metadataTexts(file, "tokenizer.ggml.merges")![0]).toBe("Ġ t");
    expect(metadataText(file, "tokenizer.chat_template")).toContain("im_start");
    expect(file.tensors.map(({name}) => name)).toContain("blk.1.attn_q.weight");
  });

  it("turns q from halves to pairs in each head, and leaves v as it is", async () => {
    const path = join(folder, "rows.gguf");
    const rows = await tinyLanguageModel(join(folder, "rows"), {
      spoil: (name, values) =>
        /[qv]_proj/.test(name) ? values.map((_, i) => Math.floor(i / TINY.hidden)) : values
    });
    await convertCheckpoint(rows, path, "f32", {quantise});
    const firsts = async (name: string) => {
      const values = await valuesOf(path, name);
      return Array.from({length: 6}, (_, row) => values[row * TINY.hidden]);
    };
    expect(await firsts("blk.0.attn_q.weight")).toEqual([0, 8, 1, 9, 2, 10]);
    expect(await firsts("blk.0.attn_v.weight")).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("keeps norms exact and weights near in 8 bits", async () => {
    const [exact, rough] = [join(folder, "a.gguf"), join(folder, "b.gguf")];
    await convertCheckpoint(model, exact, "f32", {quantise});
    await convertCheckpoint(model, rough, "q8_0", {quantise});
    expect(await valuesOf(rough, "output_norm.weight")).toEqual(await valuesOf(exact, "output_norm.weight"));
    const [a, b] = [
      await valuesOf(exact, "blk.0.ffn_up.weight"),
      await valuesOf(rough, "blk.0.ffn_up.weight")
    ];
    const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(0.01);
  });

  it("becomes a mixture by llama.cpp's own quantiser", async () => {
    const wide = await tinyLanguageModel(join(folder, "mixed"));
    const [from, to] = [join(folder, "from.gguf"), join(folder, "to.gguf")];
    await convertCheckpoint(wide, from, "f32", {quantise});
    await quantiseFile(from, to, fileType("q4_k_m"), 1);
    const file = await readGguf(to);
    expect(numberOf(file, "general.file_type")).toBe(15);
    // Rows of 64 fill no block of 256 values, so that other types step in.
    expect(file.tensors.find(({name}) => name === "blk.0.ffn_up.weight")!.type.name).toBe("Q5_0");
  });
});

it("a tokenizer may have more tokens than a call has arguments", () => {
  const vocab = Object.fromEntries(Array.from({length: 200_000}, (_, id) => [`t${id}`, id]));
  const tokenizer = {model: {type: "BPE", vocab, merges: []}, added_tokens: []};
  const parts = {folder, tokenizer, tokenizerConfig: {}, chatTemplate: undefined};
  const metadata = tokenizerMetadata({...parts, config: {vocab_size: 200_000}}, {preTokenizer: "gpt-2"});
  expect(metadataTexts({metadata}, "tokenizer.ggml.tokens")).toHaveLength(200_000);
});

describe("what cannot be converted is refused, and nothing is left behind", () => {
  const refuses = async (name: string, message: RegExp, options: Parameters<typeof tinyLanguageModel>[1]) => {
    const path = await tinyLanguageModel(join(folder, name), options);
    const out = join(folder, `${name}.gguf`);
    await expect(convertCheckpoint(path, out, "f16", {quantise})).rejects.toThrow(message);
    expect((await readdir(folder)).filter((file) => file.includes(`${name}.gguf`))).toEqual([]);
  };

  it("a weight that is not a number", () =>
    refuses("nan", /"model\.layers\.1\.mlp\.up_proj\.weight" holds NaN at position 7/, {
      spoil: (name, values) => (name.includes("1.mlp.up") ? values.fill(NaN, 7, 8) : values)
    }));
  it("a weight beyond half precision", () =>
    refuses("huge", /beyond what F16 can hold\. Choose bf16 or f32/, {
      spoil: (name, values) => (name.includes("0.mlp.up") ? values.fill(1e9, 0, 3) : values)
    }));
  it("a tokenizer with more tokens than the model has rows", async () => {
    const path = await tinyLanguageModel(join(folder, "misfit"));
    const tokenizer = JSON.parse(await readFile(join(path, "tokenizer.json"), "utf8")) as {
      added_tokens: object[];
    };
    tokenizer.added_tokens.push({id: 300, content: "<new>", special: true});
    await writeFile(join(path, "tokenizer.json"), JSON.stringify(tokenizer));
    await expect(convertCheckpoint(path, join(folder, "misfit.gguf"), "f16", {quantise})).rejects.toThrow(
      /does not fit the model.*number 300.*has 267 rows/s
    );
  });
  it("a config.json with fewer or more tokens than the tables have rows", async () => {
    for (const size of [200, 300])
      await refuses(`size-${size}`, new RegExp(`${size} tokens .vocab_size.*embed_tokens.* has 267 rows`), {
        config: {vocab_size: size}
      });
  });
  it("a family that is not known", () =>
    refuses("family", /of type "gpt_neox" cannot be written.*llama, mistral/s, {
      config: {model_type: "gpt_neox"}
    }));
  it("a RoPE scaling that GGUF does not have", () =>
    refuses("rope", /"dynamic" has no counterpart/, {
      config: {rope_scaling: {rope_type: "dynamic", factor: 2}}
    }));

  it("weights that are cut short", async () => {
    const path = await tinyLanguageModel(join(folder, "cut"));
    await truncate(join(path, "model.safetensors"), 100_000);
    await expect(convertCheckpoint(path, join(folder, "cut.gguf"), "f16", {quantise})).rejects.toThrow(
      /model\.safetensors/
    );
  });
});

describe("a GGUF file that is damaged", () => {
  const damaged = async (name: string, change: (bytes: Buffer) => Buffer) => {
    const path = join(folder, name);
    await convertCheckpoint(model, path, "f16", {quantise});
    await writeFile(path, change(await readFile(path)));
    return readGguf(path);
  };

  it("is told by every tensor that it lost", async () => {
    const cut = damaged("cut1.gguf", (bytes) => bytes.subarray(0, bytes.length - 3000));
    await expect(cut).rejects.toThrow(
      /is damaged\. Fetch it again\.\n.*"output_norm\.weight" ends at byte \d+ but/s
    );
  });
  it("is told when it ends in its header, is none, or has another version", async () => {
    await expect(damaged("cut2.gguf", (bytes) => bytes.subarray(0, 900))).rejects.toThrow(/cut short/);
    await expect(damaged("text.gguf", () => Buffer.from("hello there"))).rejects.toThrow(/is no GGUF file/);
    await expect(
      damaged("old.gguf", (bytes) => {
        bytes.writeUInt32LE(1, 4);
        return bytes;
      })
    ).rejects.toThrow(/version 1; versions 2 and 3/);
  });
  it("is told when its counts are absurd, without allocating for them", async () => {
    await expect(
      damaged("many.gguf", (bytes) => {
        bytes.writeBigUInt64LE(1n << 60n, 16);
        return bytes;
      })
    ).rejects.toThrow(/damaged/);
  });
});

describe("an adapter as GGUF", () => {
  const write = async (name: string, config: object, rank = 4) => {
    const path = join(folder, name);
    const model = "base_model.model.model.layers.0.self_attn";
    const b = Float32Array.from({length: 64 * rank}, (_, i) => Math.floor(i / rank));
    await tinyLanguageModel(path);
    await writeSafetensors(join(path, "adapter_model.safetensors"), [
      {
        name: `${model}.q_proj.lora_A.weight`,
        dtype: "F32",
        shape: [rank, 64],
        data: new Uint8Array(rank * 256)
      },
      {name: `${model}.q_proj.lora_B.weight`, dtype: "F32", shape: [64, rank], data: new Uint8Array(b.buffer)}
    ]);
    await writeFile(
      join(path, "adapter_config.json"),
      JSON.stringify({peft_type: "LORA", r: rank, lora_alpha: 8, target_modules: ["q_proj"], ...config})
    );
    const out = join(folder, `${name}.gguf`);
    const base = JSON.parse(await readFile(join(path, "config.json"), "utf8")) as Record<string, unknown>;
    await convertAdapter(path, base, out, "f32", {quantise});
    return readGguf(out);
  };

  it("has B's rows in pairs and llama.cpp's names", async () => {
    const file = await write("plain", {});
    expect(file.tensors.map(({name, shape}) => [name, shape])).toEqual([
      ["blk.0.attn_q.weight.lora_a", [64, 4]],
      ["blk.0.attn_q.weight.lora_b", [4, 64]]
    ]);
    const b = await valuesOf(file.path, "blk.0.attn_q.weight.lora_b");
    expect([b[0], b[4], b[8]]).toEqual([0, 8, 1]);
    expect(numberOf(file, "adapter.lora.alpha")).toBe(8);
  });
  it("stores alpha · √rank for rsLoRA, since llama.cpp divides by the rank", async () => {
    expect(numberOf(await write("rs", {use_rslora: true}), "adapter.lora.alpha")).toBe(16);
  });
  it("multiplies a module's own scale into B", async () => {
    const file = await write("own", {alpha_pattern: {q_proj: 24}});
    expect((await valuesOf(file.path, "blk.0.attn_q.weight.lora_b"))[4]).toBe(8 * 3);
  });
  for (const [setting, value] of Object.entries({
    alora_invocation_tokens: [1],
    arrow_config: {top_k: 2},
    kasa_config: {beta: 1},
    layer_replication: [[0, 1]],
    monteclora_config: {num_samples: 8},
    target_parameters: ["experts.down_proj"],
    use_bdlora: {nblocks: 2},
    use_qalora: true
  }))
    it(`refuses ${setting}`, async () => {
      await expect(write(setting, {[setting]: value})).rejects.toThrow(
        new RegExp(`sets what cannot be computed here as LoRA[^]*${setting}`)
      );
    });
  for (const [module, end] of [
    ["model.embed_tokens", (letter: string) => `lora_embedding_${letter}`],
    ["lm_head", (letter: string) => `lora_${letter}.weight`]
  ] as const)
    it(`refuses ${module} of a base whose embedding is its head, too`, async () => {
      const path = join(folder, `tied-${module}`);
      await tinyLanguageModel(path);
      const tensor = (letter: string, shape: number[]) => ({
        name: `base_model.model.${module}.${end(letter)}`,
        dtype: "F32" as const,
        shape,
        data: new Uint8Array(shape[0]! * shape[1]! * 4)
      });
      const shapes =
        module === "lm_head"
          ? [
              [4, 64],
              [267, 4]
            ]
          : [
              [4, 267],
              [64, 4]
            ];
      await writeSafetensors(join(path, "adapter_model.safetensors"), [
        tensor("A", shapes[0]!),
        tensor("B", shapes[1]!)
      ]);
      await writeFile(join(path, "adapter_config.json"), JSON.stringify({r: 4, lora_alpha: 8}));
      const base = JSON.parse(await readFile(join(path, "config.json"), "utf8")) as Record<string, unknown>;
      const convert = (config: Record<string, unknown>) =>
        convertAdapter(path, config, join(folder, "tied.gguf"), "f32", {quantise});
      await expect(convert(base)).rejects.toThrow(/\(tied\), for which GGUF has no place.*assay merge/s);
      await convert({...base, tie_word_embeddings: false});
    });
  it("refuses what GGUF has no place for", async () => {
    await expect(write("dora", {use_dora: true})).rejects.toThrow(/no place for use_dora.*assay merge/s);
  });
});
