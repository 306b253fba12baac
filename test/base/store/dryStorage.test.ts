import {existsSync, utimesSync} from "node:fs";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, it} from "vitest";
import {LocalFolder, type StorageBackend} from "../../../src/base/store/index.js";
import {DryStorage} from "../../../src/base/store/storage/dryStorage.js";
import {SharedStorage} from "../../../src/base/store/storage/sharedStorage.js";
import {folderState} from "../../support/folderState.js";

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, {recursive: true}))));

async function folder(): Promise<LocalFolder> {
  made.push(await mkdtemp(join(tmpdir(), "assay-dry-place-")));
  return new LocalFolder(made.at(-1)!);
}

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

it("a dry place reads what is there, and keeps nothing of what is written", async () => {
  const below = await folder();
  await below.put("a/b.txt", "0123456789");
  await writeFile(join(below.name, ".c.999999999.00000000.tmp"), "half");
  const before = folderState(below.name);
  const place: StorageBackend = new DryStorage(below);
  const seen = Buffer.from("0123456789");

  const write = () => Promise.reject(new Error("was called"));
  await place.put("a/b.txt", "x");
  await place.put("a/c.txt", "x");
  await place.putFile("a/b.txt", write);
  await place.append("a/b.txt", "x");
  expect(await place.putIfAbsent("a/b.txt", "x")).toBe(false);
  expect(await place.putIfAbsent("a/c.txt", "x")).toBe(true);
  expect(await place.removeIf("a/b.txt", Buffer.from("x"))).toBe(false);
  expect(await place.removeIf("a/b.txt", seen)).toBe(true);
  expect(await place.replaceIf("a/b.txt", seen, "x")).toBe(true);
  expect(await place.replaceIf("a/c.txt", seen, "x")).toBe(false);
  await place.remove("a");
  await place.sweep("");
  await place.sweepAll();
  const stage = await place.stage("a");
  await writeFile(join(stage.folder, "d.txt"), "x");
  expect(await stage.commit("a/d")).toBe(true);
  expect(existsSync(stage.folder)).toBe(false);

  expect(place.name).toBe(below.name);
  expect(await place.list("a")).toEqual([{name: "b.txt", folder: false}]);
  expect([await place.has("a/b.txt"), await place.has("a/d")]).toEqual([true, false]);
  expect(text(await place.read("a/b.txt"))).toBe("0123456789");
  expect(text(await place.readRange("a/b.txt", 2, 4))).toBe("23");
  expect(await place.readable("a/b.txt")).toBe(join(below.name, "a/b.txt"));
  expect(await place.readableFolder("a")).toBe(join(below.name, "a"));
  expect(folderState(below.name)).toEqual(before);
});

it("a dry place of a shared store leaves an outdated log of this machine where it is, and does not show it", async () => {
  const [bucket, here] = [await folder(), await folder()];
  await bucket.put("runs/r/manifest.json", JSON.stringify({sealedAt: "2026-12-01T00:00:00Z"}));
  await here.put("runs/r/journal.ndjson", "{}\n");
  utimesSync(join(here.name, "runs/r/journal.ndjson"), 1, 1);
  const shared = new SharedStorage(bucket, here);
  expect(await new DryStorage(shared).has("runs/r/journal.ndjson")).toBe(false);
  expect(existsSync(join(here.name, "runs/r/journal.ndjson"))).toBe(true);
  expect(await shared.has("runs/r/journal.ndjson")).toBe(false);
  expect(existsSync(join(here.name, "runs/r/journal.ndjson"))).toBe(false);
});
