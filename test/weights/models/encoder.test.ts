import {appendFile, mkdtemp, readdir, rm, stat} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openEncoder, type Encoder} from "../../../src/weights/models/encoder/encoder.js";
import {openTextEmbedder} from "../../../src/weights/models/encoder/textEmbedder.js";
import {openVectorCache} from "../../../src/weights/models/encoder/vectorCache.js";
import {miniLmFiles} from "../../../src/weights/models/encoder/weights.js";

// First components of the vectors that another engine (@lat.md/embed 0.2.0, candle in WebAssembly) gives for the
// same weights, and cosines between its vectors.
const reference = {
  texts: [
    "Hello world",
    "The printer does not print after the upgrade.",
    "How do I install an rpm with apt?"
  ],
  first: [
    [-0.03448922, 0.03111012, 0.00671918, 0.02610408, -0.03948094],
    [0.01250373, -0.02274688, -0.01747754, -0.01552553, 0.03767408],
    [-0.03537424, -0.03284163, -0.02444729, -0.04200332, 0.00642452]
  ],
  cosines: [0.04637102, 0.06309358]
};

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
  ...encoder.tokenizer.encode(text),
  encoder.tokenizer.end
];
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("the MiniLM encoder", () => {
  it("agrees with another engine on the same weights to six decimals", async () => {
    const vectors = await encoder.embedIds(reference.texts.map(idsOf));
    vectors.forEach((vector, t) => {
      reference.first[t]!.forEach((value, d) => expect(vector[d]).toBeCloseTo(value, 6));
      expect(cosine(vector, vector)).toBeCloseTo(1, 6);
    });
    expect(cosine(vectors[0]!, vectors[1]!)).toBeCloseTo(reference.cosines[0]!, 6);
    expect(cosine(vectors[0]!, vectors[2]!)).toBeCloseTo(reference.cosines[1]!, 6);
  });

  it("gives a text the same bits alone and among others, long or short", async () => {
    const texts = [...reference.texts, "yes", "no", "perhaps", "never", reference.texts[0]!.repeat(4)];
    const together = await encoder.embedIds(texts.map(idsOf));
    for (const [t, text] of texts.entries())
      expect(await encoder.embedIds([idsOf(text)])).toEqual([together[t]]);
  });

  it("embeds nothing for nothing", async () => {
    expect(await encoder.embedIds([])).toEqual([]);
  });

  it("keeps vectors on disk and adds none for texts it has seen", async () => {
    const first = await openTextEmbedder({cacheDir: folder});
    const vectors = await first.embed(reference.texts);
    await first.close();
    const [name] = await readdir(folder);
    const {size} = await stat(join(folder, name!));
    expect(size).toBe(reference.texts.length * (32 + 4 * 384 + 4));
    const second = await openTextEmbedder({cacheDir: folder});
    const calls = reference.texts.map((text) => second.embed([text]));
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
