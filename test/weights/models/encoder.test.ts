import {readFileSync} from "node:fs";
import {appendFile, mkdtemp, readdir, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openEncoder, type Encoder} from "../../../src/weights/models/encoder/encoder.js";
import {openTextEmbedder} from "../../../src/weights/models/encoder/textEmbedder.js";
import {openVectorCache} from "../../../src/weights/models/encoder/vectorCache.js";
import {miniLmFiles} from "../../../src/weights/models/encoder/weights.js";
import {sha256File} from "../../../src/base/system/index.js";

interface Golden {
  rows: {text: string; times?: number; vector: string}[];
}

const {rows} = JSON.parse(
  readFileSync(new URL("../../fixtures/encoder/minilm.json", import.meta.url), "utf8")
) as Golden;
const golden = rows.map(({text, times = 1, vector}) => {
  const {buffer} = new Uint8Array(Buffer.from(vector, "base64"));
  const whole = Float64Array.from(new Int16Array(buffer));
  const norm = Math.hypot(...whole);
  return {text: text.repeat(times), vector: Float32Array.from(whole, (value) => value / norm)};
});
const texts = [
  "Hello world",
  "The printer does not print after the upgrade.",
  "How do I install an rpm with apt?"
];

let encoder: Encoder;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-encoder-"));
  encoder = await openEncoder(await miniLmFiles());
});
afterAll(async () => {
  await encoder.close();
  await rm(folder, {recursive: true});
});

const idsOf = (text: string) => [
  encoder.tokenizer.start,
  ...encoder.tokenizer.encode(text).slice(0, 510),
  encoder.tokenizer.end
];
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("the MiniLM encoder", () => {
  it.each([
    {products: "BF16", least: 0.9999},
    {products: "F32", least: 0.9999999}
  ] as const)(
    "agrees with onnxruntime on 20 texts of 2 to 512 tokens to a cosine of $least, by products of $products",
    async ({products, least}) => {
      const own = await openEncoder(await miniLmFiles(), {products});
      const vectors = await own.embedIds(golden.map(({text}) => idsOf(text)));
      await own.close();
      golden.forEach(({vector}, i) => {
        expect(cosine(vectors[i]!, vector)).toBeGreaterThan(least);
        expect(cosine(vectors[i]!, vectors[i]!)).toBeCloseTo(1, 6);
      });
    }
  );

  it(
    "gives a text the same bits alone and among others, long or short, on one thread or two",
    {tags: ["long"]},
    async () => {
      const many = [...golden.map(({text}) => text), ...texts, "no", "perhaps", "never", texts[0]!.repeat(4)];
      const together = await encoder.embedIds(many.map(idsOf));
      const single = await openEncoder(await miniLmFiles(), {threads: 1});
      for (const [t, text] of many.entries())
        expect(await single.embedIds([idsOf(text)])).toEqual([together[t]]);
      await single.close();
    }
  );

  it("answers calls that are made at once", async () => {
    const one = await encoder.embedIds(texts.map(idsOf));
    const calls = await Promise.all(texts.map((text) => encoder.embedIds([idsOf(text)])));
    expect(calls.flat()).toEqual(one);
  });

  it("refuses more tokens than the encoder has places for, and goes on", async () => {
    const ids = Array.from({length: 513}, () => encoder.tokenizer.start);
    await expect(encoder.embedIds([ids])).rejects.toThrow(
      "maxTokens: the encoder reads 512 tokens, and 513 were given."
    );
    expect(await encoder.embedIds([ids.slice(1)])).toHaveLength(1);
  });

  it(
    "refuses an activation that it does not compute, and a table that is too small, by name",
    {tags: ["long"]},
    async () => {
      const files = await miniLmFiles();
      const config = JSON.parse(readFileSync(files.configPath, "utf8")) as object;
      const configPath = join(folder, "config.json");
      const open = async (change: object) => {
        await writeFile(configPath, JSON.stringify({...config, ...change}));
        return openEncoder({...files, configPath});
      };
      await expect(open({hidden_act: "relu"})).rejects.toThrow("The encoder's activation is relu");
      await expect(open({max_position_embeddings: 1024})).rejects.toThrow(
        "The encoder's table of position embeddings is [512, 384]; its configuration asks for [1024, 384]."
      );
      await rm(configPath);
    }
  );

  it("has an identity of its own: vectors that another engine made of the same weights are not taken for its", async () => {
    expect(encoder.identity).not.toBe(await sha256File((await miniLmFiles()).weightsPath));
  });

  it("embeds nothing for nothing", async () => {
    expect(await encoder.embedIds([])).toEqual([]);
  });

  it("keeps vectors on disk and adds none for texts it has seen", {tags: ["long"]}, async () => {
    const first = await openTextEmbedder({cacheDir: folder});
    const vectors = await first.embed(texts);
    await first.close();
    const [name] = await readdir(folder);
    const {size} = await stat(join(folder, name!));
    expect(size).toBe(texts.length * (32 + 4 * 384 + 4));
    const second = await openTextEmbedder({cacheDir: folder});
    const calls = texts.map((text) => second.embed([text]));
    expect((await Promise.all(calls)).flat()).toEqual(vectors);
    await second.close();
    expect((await stat(join(folder, name!))).size).toBe(size);
  });
});

describe("the vector cache", () => {
  it("passes over a torn record and reads what was written after it", async () => {
    const path = join(folder, "torn.vectors");
    const key = (digit: string) => digit.repeat(64);
    const cache = await openVectorCache(path, 2);
    await cache.add([[key("a"), Float32Array.of(1, 2)]]);
    await appendFile(path, Buffer.alloc(35));
    const reopened = await openVectorCache(path, 2);
    expect(reopened.size).toBe(1);
    await reopened.add([[key("b"), Float32Array.of(3, 4)]]);
    const last = await openVectorCache(path, 2);
    expect(last.size).toBe(2);
    expect(last.get(key("a"))).toEqual(Float32Array.of(1, 2));
    expect(last.get(key("b"))).toEqual(Float32Array.of(3, 4));
  });
});
