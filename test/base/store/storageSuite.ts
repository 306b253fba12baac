import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import type {StorageBackend} from "../../../src/base/store/index.js";

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

/** What every place must do. Each test asks for an empty place. */
export function storageSuite(emptyStorage: () => Promise<StorageBackend>): void {
  it("gives back what was put, whole or a range of it, and nothing for what is not there", async () => {
    const place = await emptyStorage();
    expect(await place.read("a/b.txt")).toBeUndefined();
    expect(await place.readRange("a/b.txt", 0, 3)).toBeUndefined();
    await place.put("a/b.txt", "0123456789");
    await place.put("a/b.txt", "abcdefghij");
    expect(text(await place.read("a/b.txt"))).toBe("abcdefghij");
    expect(text(await place.readRange("a/b.txt", 2, 5))).toBe("cde");
    expect(text(await place.readRange("a/b.txt", 8, 99))).toBe("ij");
    expect(text(await place.readRange("a/b.txt", 50, 99))).toBe("");
  });

  it("lists names directly below a key, sorted, and tells which have more below", async () => {
    const place = await emptyStorage();
    expect(await place.list("runs")).toEqual([]);
    for (const key of ["runs/b/manifest.json", "runs/a/x/y.json", "runs/c.json", "runs/.hidden/z.json"])
      await place.put(key, "{}");
    expect(await place.list("runs")).toEqual([
      {name: "a", folder: true},
      {name: "b", folder: true},
      {name: "c.json", folder: false}
    ]);
    expect(await place.list("runs/c.json")).toEqual([]);
    expect([await place.has("runs/a"), await place.has("runs/c.json"), await place.has("runs/d")]).toEqual([
      true,
      true,
      false
    ]);
  });

  it("lets one of many writers create a file", async () => {
    const place = await emptyStorage();
    const won = await Promise.all(
      Array.from({length: 8}, (_, n) => place.putIfAbsent("locks/one.json", `writer ${n}`))
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(text(await place.read("locks/one.json"))).toBe(`writer ${won.indexOf(true)}`);
  });

  it("lets one of many remove a file that is as they saw it, and none when it has changed", async () => {
    const place = await emptyStorage();
    await place.put("locks/one.json", "old");
    const seen = (await place.read("locks/one.json"))!;
    await place.put("locks/one.json", "new");
    expect(await place.removeIf("locks/one.json", seen)).toBe(false);
    expect(text(await place.read("locks/one.json"))).toBe("new");
    const now = (await place.read("locks/one.json"))!;
    const won = await Promise.all([1, 2, 3, 4].map(() => place.removeIf("locks/one.json", now)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await place.has("locks/one.json")).toBe(false);
  });

  it("lets one of many replace a file that is as they saw it, and none when it has changed", async () => {
    const place = await emptyStorage();
    const old = Buffer.from("old");
    expect(await place.replaceIf("locks/one.json", old, "new")).toBe(false);
    await place.put("locks/one.json", "old");
    expect(await place.replaceIf("locks/one.json", Buffer.from("other"), "new")).toBe(false);
    expect(await place.replaceIf("locks/one.json", old, "new")).toBe(true);
    expect(await place.replaceIf("locks/one.json", old, "newer")).toBe(false);
    expect(text(await place.read("locks/one.json"))).toBe("new");
  });

  it("lets a file be created again that was removed because it was as seen", async () => {
    const place = await emptyStorage();
    for (const holder of ["first", "second"]) {
      expect(await place.putIfAbsent("locks/one.json", holder)).toBe(true);
      expect(await place.removeIf("locks/one.json", Buffer.from(holder))).toBe(true);
      expect(await place.read("locks/one.json")).toBeUndefined();
      expect(await place.list("locks")).toEqual([]);
    }
  });

  it("appends in order, making the file", async () => {
    const place = await emptyStorage();
    for (const line of ["one\n", "two\n", "three\n"]) await place.append("log.jsonl", line);
    expect(text(await place.read("log.jsonl"))).toBe("one\ntwo\nthree\n");
  });

  it("removes a file, or all below a key, and does not mind that there is none", async () => {
    const place = await emptyStorage();
    await place.put("splits/d/s/manifest.json", "{}");
    await place.put("splits/d/t/manifest.json", "{}");
    await place.remove("splits/d/s");
    await place.remove("splits/d/s");
    expect(await place.list("splits/d")).toEqual([{name: "t", folder: true}]);
    await place.remove("splits/d/t/manifest.json");
    expect(await place.read("splits/d/t/manifest.json")).toBeUndefined();
  });

  it("takes a file that is made at a path, and keeps the old one when making it fails", async () => {
    const place = await emptyStorage();
    await place.putFile("cache/x", (path) => writeFile(path, "first"));
    await expect(
      place.putFile("cache/x", async (path) => {
        await writeFile(path, "half");
        throw new Error("disk full");
      })
    ).rejects.toThrow("disk full");
    expect(text(await place.read("cache/x"))).toBe("first");
    expect(await place.list("cache")).toEqual([{name: "x", folder: false}]);
    expect(await readFile(await place.readable("cache/x"), "utf8")).toBe("first");
  });

  it("commits a folder as a whole, once", async () => {
    const place = await emptyStorage();
    const stages = [await place.stage("datasets/d"), await place.stage("datasets/d")];
    for (const [n, {folder}] of stages.entries()) {
      await writeFile(join(folder, "rows.parquet"), `rows ${n}`);
      await writeFile(join(folder, "manifest.json"), `manifest ${n}`);
    }
    expect(await place.list("datasets/d")).toEqual([]);
    expect(await stages[0]!.commit("datasets/d/v")).toBe(true);
    expect(await stages[1]!.commit("datasets/d/v")).toBe(false);
    for (const stage of stages) await stage.discard();
    expect(await place.list("datasets/d")).toEqual([{name: "v", folder: true}]);
    expect(text(await place.read("datasets/d/v/rows.parquet"))).toBe("rows 0");
    expect(text(await place.read("datasets/d/v/manifest.json"))).toBe("manifest 0");
  });

  it("gives a folder of this machine with all files below a key, as they are now", async () => {
    const place = await emptyStorage();
    await place.put("models/m/manifest.json", "{}");
    await place.put("models/m/deep/weights", "old");
    await place.readableFolder("models/m");
    await place.put("models/m/deep/weights", "new");
    const folder = await place.readableFolder("models/m");
    expect(await readFile(join(folder, "deep", "weights"), "utf8")).toBe("new");
    expect(await readFile(join(folder, "manifest.json"), "utf8")).toBe("{}");
  });

  it("commits anew what was removed as a whole", async () => {
    const place = await emptyStorage();
    for (const n of [1, 2]) {
      const stage = await place.stage("models");
      await writeFile(join(stage.folder, "manifest.json"), `manifest ${n}`);
      expect(await stage.commit("models/m")).toBe(true);
      expect(text(await place.read("models/m/manifest.json"))).toBe(`manifest ${n}`);
      await place.remove("models/m");
      expect([await place.has("models/m"), await place.read("models/m/manifest.json")]).toEqual([
        false,
        undefined
      ]);
    }
  });

  it("refuses keys that would leave it", async () => {
    const place = await emptyStorage();
    await expect(place.put("../outside", "x")).rejects.toThrow(/leaves/);
    await expect(place.read("a/../../outside")).rejects.toThrow(/leaves/);
  });
}
