import {link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {
  acceptErasedTraining,
  damagedFiles,
  lineage,
  listModels,
  loadModel,
  readManifest,
  saveModel,
  trainingRecords,
  type NewModel
} from "../../../src/weights/models/index.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "assay-models-"));
});
afterEach(() => rm(dir, {recursive: true}));

const model = (name: string, counts: number[], parents: NewModel["parents"] = []): NewModel => ({
  name,
  architecture: "majority",
  labels: ["ham", "spam"],
  settings: {counts},
  parents,
  files: {"config.json": JSON.stringify({counts})},
  sharedFiles: {"tokenizer.json": "{}"}
});

describe("the model registry", () => {
  it("gives equal models one id and one folder, and other weights another", async () => {
    const first = await saveModel(dir, model("first", [1, 2]));
    const again = await saveModel(dir, model("second name", [1, 2]));
    const other = await saveModel(dir, model("other", [2, 2]));
    expect(again.id).toBe(first.id);
    expect(again.name).toBe("second name");
    expect(other.id).not.toBe(first.id);
    expect((await listModels(dir)).map(({name}) => name)).toEqual(["first", "other"]);
  });

  it("leaves nothing half-written behind", async () => {
    await saveModel(dir, model("first", [1, 2]));
    expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("removes what a saving that was killed has left half-written", async () => {
    await mkdir(join(dir, ".stage.999999999.00000000.tmp"));
    await saveModel(dir, model("first", [1, 2]));
    expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("keeps a shared file once on disk where the file system has hard links", async () => {
    await writeFile(join(dir, "probe"), "");
    const links = await link(join(dir, "probe"), join(dir, "probe2")).then(
      () => true,
      () => false
    );
    const a = await saveModel(dir, model("a", [1, 2]));
    const b = await saveModel(dir, model("b", [3, 4]));
    const inode = async (id: string) => (await stat(join(dir, id, "tokenizer.json"))).ino;
    expect((await inode(a.id)) === (await inode(b.id))).toBe(links);
    expect(await readFile(join(dir, b.id, "tokenizer.json"), "utf8")).toBe("{}");
  });

  it("names the files whose bytes have changed", async () => {
    const manifest = await saveModel(dir, model("first", [1, 2]));
    expect(await damagedFiles(dir, manifest)).toEqual([]);
    await writeFile(join(dir, manifest.id, "config.json"), "{}");
    expect(await damagedFiles(dir, manifest)).toEqual(["config.json"]);
  });

  it("refuses unknown models, ids that leave the folder and manifests of another schema", async () => {
    await expect(readManifest(dir, "missing")).rejects.toThrow(/no model missing/);
    await expect(readManifest(dir, "../elsewhere")).rejects.toThrow(/cannot be a folder's name/);
    const manifest = await saveModel(dir, model("first", [1, 2]));
    await writeFile(join(dir, manifest.id, "manifest.json"), JSON.stringify({...manifest, schemaVersion: 2}));
    await expect(readManifest(dir, manifest.id)).rejects.toThrow(/is a model of schema 2/);
    const unknown = await saveModel(dir, {...model("odd", [1, 1]), architecture: "transformer"});
    await expect(loadModel(dir, unknown.id)).rejects.toThrow(/architecture transformer/);
  });

  it("lets nobody use what was made of a model that learned from erased rows, unless that is accepted", async () => {
    const base = await saveModel(dir, model("base", [1, 1]));
    const note = {kind: "erased-training", dataset: "mails", at: "2026-12-01T00:00:00Z"};
    await writeFile(join(dir, base.id, "erased-training.json"), JSON.stringify(note));
    const tuned = await saveModel(dir, model("tuned", [2, 1], [base]));
    const merged = await saveModel(dir, model("merged", [3, 1], [tuned]));
    await expect(loadModel(dir, merged.id)).rejects.toThrow(/model merged .* rows of mails that were erased/);
    await acceptErasedTraining(dir, tuned, "labels only");
    await loadModel(dir, merged.id);
    await expect(loadModel(dir, base.id)).rejects.toThrow(/model base/);
  });

  it("walks the lineage nearest first, each model once, and shows a parent that is missing", async () => {
    const gone = {id: "0".repeat(64), name: "downloaded"};
    const base = await saveModel(dir, {
      ...model("base", [1, 1], [gone]),
      training: {
        dataset: "mails",
        version: "v",
        split: "s",
        part: "train",
        rows: 2,
        rowsSha256: "abc",
        seed: "x",
        seconds: 1
      }
    });
    const a = await saveModel(dir, model("a", [2, 1], [base]));
    const b = await saveModel(dir, model("b", [3, 1], [base]));
    const merged = await saveModel(dir, model("merged", [4, 1], [base, a, b]));
    const found = await lineage(dir, merged.id);
    expect(found.map(({name, depth}) => [name, depth])).toEqual([
      ["merged", 0],
      ["base", 1],
      ["a", 1],
      ["b", 1],
      ["downloaded", 2]
    ]);
    expect(found.at(-1)!.manifest).toBeUndefined();
    const {records, gaps} = await trainingRecords(dir, merged.id);
    expect(records.map(({rowsSha256}) => rowsSha256)).toEqual(["abc"]);
    expect(gaps).toEqual([{id: gone.id, name: "downloaded"}]);
  });
});
