import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {saveModel} from "../../../src/weights/models/index.js";
import {keptModel} from "../../../src/weights/models/keptModels.js";
import type {LoadedModel, ModelManifest} from "../../../src/weights/models/types.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "assay-models-"));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(dir, {recursive: true});
});

/** A model in the store, and how often it was loaded and closed. */
async function counted() {
  const counts = {loaded: 0, closed: 0};
  const manifest = await saveModel(dir, {
    name: "one",
    architecture: "majority",
    labels: ["ham", "spam"],
    settings: {},
    parents: [],
    files: {"config.json": "{}"}
  });
  const folder = join(dir, manifest.id);
  const load = (as: ModelManifest = manifest) =>
    keptModel(as, folder, () => {
      counts.loaded++;
      const close = () => Promise.resolve(void counts.closed++);
      return Promise.resolve<LoadedModel>({manifest, predict: () => Promise.resolve([]), close});
    });
  return {counts, manifest, folder, load};
}

describe("a model that is loaded", () => {
  it("is loaded once for all who use it at a time, under the name that each asked for, and closed after the last", async () => {
    const {counts, manifest, load} = await counted();
    const [first, second] = await Promise.all([load(), load({...manifest, name: "other"})]);
    expect([first.manifest.name, second.manifest.name]).toEqual(["one", "other"]);
    vi.useFakeTimers();
    await first.close!();
    await first.close!();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(counts).toEqual({loaded: 1, closed: 0});
    await second.close!();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(counts).toEqual({loaded: 1, closed: 1});
  });

  it("is not loaded again by who comes soon after the last has closed it", async () => {
    const {counts, load} = await counted();
    await (
      await load()
    ).close!();
    const again = await load();
    vi.useFakeTimers();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(counts).toEqual({loaded: 1, closed: 0});
    await again.close!();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(counts.closed).toBe(1);
    vi.useRealTimers();
    await load();
    expect(counts.loaded).toBe(2);
  });

  it("is loaded again when one of its files was changed", async () => {
    const {counts, folder, load} = await counted();
    await load();
    await writeFile(join(folder, "config.json"), "{ }");
    await load();
    expect(counts.loaded).toBe(2);
  });

  it("is not kept when loading fails: the file may be put back", async () => {
    const {manifest, folder} = await counted();
    const model = {manifest, predict: () => Promise.resolve([])};
    await expect(keptModel(manifest, folder, () => Promise.reject(new Error("cut")))).rejects.toThrow("cut");
    expect((await keptModel(manifest, folder, () => Promise.resolve(model))).manifest.id).toBe(manifest.id);
  });
});
