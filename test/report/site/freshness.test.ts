import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile
} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {codeFingerprint, storeFingerprint} from "../../../src/report/site/fingerprint.js";
import {seedNpmCache} from "../../../src/report/site/seedNpmCache.js";
import {loaderVersions, removeStaleOutputs, touchLoaders} from "../../../src/report/site/staleOutputs.js";
import {touchOnStoreChange} from "../../../src/report/site/touchOnStoreChange.js";
import {LocalFolder} from "../../../src/base/store/index.js";
import {BUNDLED, MENTIONED} from "../../../src/report/site/vendored.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-freshness-"));
});

afterEach(() => rm(folder, {recursive: true, force: true}));

async function put(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, ".."), {recursive: true});
  await writeFile(file, text);
  return file;
}

describe("a store's fingerprint", () => {
  it("changes when a run, a version, a split or a model appears or changes, and only then", async () => {
    const seen = [await storeFingerprint({place: new LocalFolder(folder)})];
    for (const path of [
      "runs/r1/manifest.json",
      "runs/r2/manifest.json",
      "datasets/d/v/manifest.json",
      "datasets/d/latest.json",
      "splits/d/s/manifest.json",
      "models/m/manifest.json"
    ]) {
      await put(path, "{}");
      seen.push(await storeFingerprint({place: new LocalFolder(folder)}));
    }
    await put("runs/r1/manifest.json", '{"status": "complete"}');
    seen.push(await storeFingerprint({place: new LocalFolder(folder)}));
    expect(new Set(seen).size).toBe(seen.length);
    await put("tmp/x", "scratch");
    await put("runs/.r3.tmp/manifest.json", "half written");
    expect(await storeFingerprint({place: new LocalFolder(folder)})).toBe(seen.at(-1));
  });
});

describe("the code's fingerprint", () => {
  it(
    "changes with whatever the pages' data passes through, the lineage of models among it, and with nothing else",
    {tags: ["long"]},
    async () => {
      const engine = join(folder, "engine");
      await cp(join(import.meta.dirname, "../../../src"), engine, {recursive: true});
      const seen = [await codeFingerprint(engine)];
      for (const file of [
        "weights/models/lineage.ts",
        "base/store/kinds/run.ts",
        "evals/races/record.ts",
        "report/site/excerpts.ts"
      ]) {
        await appendFile(join(engine, file), "// changed\n");
        seen.push(await codeFingerprint(engine));
      }
      expect(new Set(seen).size).toBe(seen.length);
      await appendFile(join(engine, "cli/gc.ts"), "// changed\n");
      await appendFile(join(engine, "weights/merge/merge.ts"), "// changed\n");
      expect(await codeFingerprint(engine)).toBe(seen.at(-1));
    }
  );
});

describe("stale outputs", () => {
  const cache = ".observablehq/cache";

  it("are removed when the fingerprint changed, packages are kept", async () => {
    await put(`${cache}/data/verdicts.json`, "old");
    const kept = await put(`${cache}/_npm/d3@7.9.0/_esm.js`, "export {};");
    expect(await removeStaleOutputs(folder, "one")).toEqual(["data"]);
    await put(`${cache}/data/verdicts.json`, "new");
    expect(await removeStaleOutputs(folder, "one")).toEqual([]);
    expect(await readFile(join(folder, cache, "data/verdicts.json"), "utf8")).toBe("new");
    expect(await removeStaleOutputs(folder, "two")).toEqual(["data"]);
    expect(await readFile(kept, "utf8")).toBe("export {};");
  });

  it("of one loader are removed when what it imports has changed, those of others kept", async () => {
    await put(`${cache}/data/verdicts.json`, "");
    await put(`${cache}/data/rows/a.arrow`, "");
    await put("data/verdicts.json.ts", 'import {title} from "./title.js";\n');
    await put("data/rows/[run].arrow.ts", "");
    await put("data/title.ts", "export const title = 1;\n");
    const before = await loaderVersions(folder);
    await removeStaleOutputs(folder, "three", before);
    const changed = {...before, "data/rows/[run].arrow.ts": "another"};
    expect(await removeStaleOutputs(folder, "three", changed)).toEqual(["data/rows"]);
    expect(await removeStaleOutputs(folder, "three", changed)).toEqual([]);
    expect(Object.keys(before).sort()).toEqual(["data/rows/[run].arrow.ts", "data/verdicts.json.ts"]);
  });

  it("are asked for again by touching page loaders, nothing else", async () => {
    const long = new Date("2020-01-01");
    const files = ["data/verdicts.json.ts", "data/rows/[run].tar.ts", "data/helper.ts", "data/fixed.json"];
    for (const file of files) await utimes(await put(file, ""), long, long);
    expect((await touchLoaders(folder)).sort()).toEqual(["data/rows/[run].tar.ts", "data/verdicts.json.ts"]);
    const times = await Promise.all(
      files.map(async (file) => (await stat(join(folder, file))).mtime.getFullYear())
    );
    expect(times.map((year) => year > 2020)).toEqual([true, true, false, false]);
  });

  it.each([
    ["a run", ".assay/runs/r1/manifest.json"],
    ["a price", "prices/mine.json"],
    ["what definitions let pages show", ".assay/publishing.json"]
  ])("are noticed while a preview runs: %s", async (_what, changes) => {
    await put("src/data/verdicts.json.ts", "");
    const stop = new AbortController();
    const changed = new Promise<string[]>((resolve) => {
      void touchOnStoreChange({
        root: join(folder, "src"),
        workspace: {
          place: new LocalFolder(join(folder, ".assay")),
          project: folder,
          dir: join(folder, ".assay")
        },
        signal: stop.signal,
        everyMs: 20,
        onChange: resolve
      });
    });
    // Again and again: a slow machine may take the first for what was there before.
    let written = 0;
    const writing = setInterval(() => void put(changes, " ".repeat(written++) + "{}"), 60);
    expect(await changed).toEqual(["data/verdicts.json.ts"]);
    clearInterval(writing);
    stop.abort();
  });
});

describe("the cache of packages", () => {
  it("is filled from node_modules, without other versions, and left alone the second time", async () => {
    const npm = join(folder, ".observablehq/cache/_npm");
    await put(".observablehq/cache/_npm/d3@1.0.0/_esm.js", "old");
    await put(".observablehq/cache/_npm/@observablehq/plot@0.0.1/_esm.js", "old");
    await seedNpmCache(folder);
    const names = [
      ...(await readdir(npm)),
      ...(await readdir(join(npm, "@observablehq"))).map((name) => `@observablehq/${name}`)
    ];
    for (const name of [...BUNDLED, ...MENTIONED.filter((one) => !one.startsWith("@"))])
      expect(names.filter((found) => found.startsWith(`${name}@`))).toHaveLength(1);
    const d3 = names.find((name) => name.startsWith("d3@"))!;
    const plot = names.find((name) => name.startsWith("@observablehq/plot@"))!;
    expect(await readFile(join(npm, plot, "_esm.js"), "utf8")).toContain(`"../../${d3}/_esm.js"`);
    const {extent} = (await import(join(npm, d3, "_esm.js"))) as {extent(values: number[]): [number, number]};
    expect(extent([3, 1, 2])).toEqual([1, 3]);
    const before = (await stat(join(npm, d3, "_esm.js"))).mtimeMs;
    await seedNpmCache(folder);
    expect((await stat(join(npm, d3, "_esm.js"))).mtimeMs).toBe(before);
  });
});
