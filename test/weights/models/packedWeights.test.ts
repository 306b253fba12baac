import {cp, mkdtemp, readFile, readdir, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import fc from "../../support/property.js";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {
  damagedFiles,
  modelFolder,
  type NewModel,
  readModelFile,
  roundTable,
  saveModel,
  withPlainFolders
} from "../../../src/weights/models/index.js";
import {packWeights, unpackWeights} from "../../../src/weights/models/packedWeights.js";
import {encodeSafetensors} from "../../../src/weights/models/safetensors.js";
import {hashJson, sha256} from "../../../src/base/system/index.js";

const rows = 600;
const wave = (scale: number, shift: number) =>
  Float32Array.from({length: rows * 16}, (_, i) => scale * Math.sin(i * 12.9898 + shift));

/** A table with a head that lies on no grid. */
function weights(table: Float32Array, shape = [rows, 16]): Buffer {
  return Buffer.from(
    encodeSafetensors({
      "embedding.weight": {shape, data: table},
      "head.weight": {shape: [5000], data: Float32Array.from({length: 5000}, (_, i) => Math.sin(i))}
    })
  );
}

const base = roundTable(wave(0.2, 0));
const changed = (by: number) =>
  roundTable(base.map((value, i) => (i % 3 === 0 ? value : value + by * Math.cos(i))));

describe("packed weights", () => {
  it("give the same bytes again, with and without a reference, and need fewer with one", async () => {
    const [file, reference] = [weights(changed(0.01)), weights(base)];
    const alone = (await packWeights(file))!;
    const beside = (await packWeights(file, reference))!;
    expect((await unpackWeights(alone)).equals(file)).toBe(true);
    expect((await unpackWeights(beside, reference)).equals(file)).toBe(true);
    expect(beside.length).toBeLessThan(alone.length);
  });

  it("give any table on a grid again, of either sign and any size that whole numbers hold", async () => {
    const whole = fc.integer({min: -(2 ** 24), max: 2 ** 24});
    await fc.assert(
      fc.asyncProperty(fc.array(whole, {minLength: 1, maxLength: 40}), fc.nat(16), async (some, exponent) => {
        const table = Float32Array.from(
          {length: rows * 16},
          (_, i) => (some[i % some.length]! + 0) / 2 ** exponent
        );
        const file = weights(table);
        const packed = await packWeights(file, weights(base));
        if (packed) expect((await unpackWeights(packed, weights(base))).equals(file)).toBe(true);
      }),
      {numRuns: 25}
    );
  });

  it("are left as they are off the grid, with a −0, and where nothing would be saved", async () => {
    expect(await packWeights(weights(wave(0.2, 0)))).toBeUndefined();
    expect(await packWeights(weights(Float32Array.from(base, (value) => value || -0)))).toBeUndefined();
    expect(await packWeights(weights(base.map((value, i) => (i === 7 ? NaN : value))))).toBeUndefined();
  });

  it("say when they were damaged", async () => {
    const packed = (await packWeights(weights(base)))!;
    packed[packed.length - 9]! ^= 1;
    await expect(unpackWeights(packed, undefined, "x.packed")).rejects.toThrow(
      "x.packed was damaged (hash mismatch)"
    );
    await expect(unpackWeights(packed.subarray(0, 40))).rejects.toThrow(
      /packed weights of schema 1, or it was cut/
    );
  });
});

describe("models of one table in the store", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "assay-packed-"));
  });
  afterEach(() => rm(dir, {recursive: true}));

  const model = (name: string, table: Float32Array, like?: string): NewModel => ({
    name,
    architecture: "static-embedding",
    settings: {},
    parents: [],
    files: {"model.safetensors": weights(table), "config.json": "{}"},
    pack: {like}
  });

  it("keep their identity and their bytes, and the differences only", async () => {
    const root = await saveModel(dir, model("root", base));
    const child = await saveModel(dir, model("child", changed(0.01), root.id));
    const grandchild = await saveModel(dir, model("grandchild", changed(0.02), child.id));
    for (const [manifest, table] of [
      [root, base],
      [child, changed(0.01)],
      [grandchild, changed(0.02)]
    ] as const) {
      const file = weights(table);
      const entry = {path: "model.safetensors", sha256: sha256(file), bytes: file.length};
      expect(manifest.files).toContainEqual(entry);
      expect(manifest.id).toBe(
        hashJson({architecture: "static-embedding", settings: {}, files: manifest.files})
      );
      expect(
        (await readModelFile(await modelFolder(dir, manifest.id), "model.safetensors")).equals(file)
      ).toBe(true);
      expect(await damagedFiles(dir, manifest)).toEqual([]);
    }
    const sizeOf = async (id: string) => (await stat(join(dir, id, "model.safetensors.packed"))).size;
    expect(await sizeOf(child.id)).toBeLessThan(0.9 * (await sizeOf(root.id)));
    const inode = async (id: string, file: string) => (await stat(join(dir, id, file))).ino;
    expect(await inode(grandchild.id, "model.safetensors.reference")).toBe(
      await inode(root.id, "model.safetensors.packed")
    );
  });

  it("need no other folder than their own: the base may be removed, and a copy of one opens elsewhere", async () => {
    const root = await saveModel(dir, model("root", base));
    const child = await saveModel(dir, model("child", changed(0.01), root.id));
    await rm(await modelFolder(dir, root.id), {recursive: true});
    await cp(await modelFolder(dir, child.id), join(dir, "elsewhere"), {recursive: true});
    const found = await readModelFile(join(dir, "elsewhere"), "model.safetensors");
    expect(found.equals(weights(changed(0.01)))).toBe(true);
  });

  it("are read as they were written before, and begin from such a model all the same", async () => {
    const root = await saveModel(dir, model("root", wave(0.2, 0)));
    expect(await readdir(await modelFolder(dir, root.id))).toContain("model.safetensors");
    const child = await saveModel(dir, model("child", changed(0.01), root.id));
    const file = await readModelFile(await modelFolder(dir, child.id), "model.safetensors");
    expect(file.equals(weights(changed(0.01)))).toBe(true);
  });

  it("lend plain files to what reads weights from paths, and take them back", async () => {
    const root = await saveModel(dir, model("root", base));
    const lent = await withPlainFolders({modelsDir: dir, project: dir}, async (plain) => {
      const folder = await plain(root);
      expect((await readFile(join(folder, "model.safetensors"))).equals(weights(base))).toBe(true);
      expect((await readdir(folder)).sort()).toEqual(["config.json", "manifest.json", "model.safetensors"]);
      return folder;
    });
    await expect(stat(lent)).rejects.toThrow("ENOENT");
    expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("names packed weights whose bytes have changed", async () => {
    const root = await saveModel(dir, model("root", base));
    const path = join(await modelFolder(dir, root.id), "model.safetensors.packed");
    const bytes = await readFile(path);
    bytes[bytes.length - 9]! ^= 1;
    await writeFile(path, bytes);
    expect(await damagedFiles(dir, root)).toEqual(["model.safetensors"]);
  });
});
