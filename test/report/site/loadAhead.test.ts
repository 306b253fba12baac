import {mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {loadAhead} from "../../../src/report/site/loadAhead.js";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "assay-load-ahead-"));
  await writeFile(join(root, "page.md"), 'FileAttachment("data/a.json"), FileAttachment("data/b.json")');
  // Runs a file as it is: these hold no types.
  await writeFile(
    join(root, "run.mjs"),
    `import {readFileSync} from "node:fs";
await import("data:text/javascript," + encodeURIComponent(readFileSync(process.argv[2], "utf8")));`
  );
});

afterEach(() => rm(root, {recursive: true, force: true}));

async function loader(name: string, code: string): Promise<string> {
  const file = join(root, "data", name);
  await mkdir(join(file, ".."), {recursive: true});
  await writeFile(file, code);
  return file;
}

async function load(outputs: string[] = [], most = 2): Promise<string[]> {
  const loaded: string[] = [];
  await loadAhead({
    root,
    outputs,
    interpreters: {".ts": [process.execPath, join(root, "run.mjs")], ".js": [process.execPath]},
    most,
    onLoaded: (output) => loaded.push(output)
  });
  return loaded.sort();
}

const cached = (name: string) => readFile(join(root, ".observablehq/cache", name), "utf8");

describe("loadAhead", () => {
  it("runs different loaders at the same time, and the first output of one before its others", async () => {
    // Each of the two ends only when the other has begun.
    const path = (name: string) => JSON.stringify(join(root, name));
    const meet = (mine: string, other: string) => `
      import {existsSync, writeFileSync} from "node:fs";
      import {setTimeout as sleep} from "node:timers/promises";
      writeFileSync(${path(mine)}, "");
      while (!existsSync(${path(other)})) await sleep(5);
      process.stdout.write("${mine}");`;
    await loader("a.json.ts", meet("began-a", "began-b"));
    await loader("b.json.js", meet("began-b", "began-a"));
    await loader(
      "rows/[run].tar.ts",
      // The second and third end only when both have begun, and they begin only when the first has ended.
      `import {existsSync, writeFileSync} from "node:fs";
      import {setTimeout as sleep} from "node:timers/promises";
      const folder = ${path("")};
      const run = process.argv[3].slice("--run=".length);
      if (run === "r1") {
        await sleep(100);
        if (existsSync(folder + "/r2") || existsSync(folder + "/r3")) process.exit(1);
        writeFileSync(folder + "/r1-ended", "");
      } else {
        if (!existsSync(folder + "/r1-ended")) process.exit(1);
        writeFileSync(folder + "/" + run, "");
        while (!existsSync(folder + "/r2") || !existsSync(folder + "/r3")) await sleep(5);
      }
      process.stdout.write(process.argv[3]);`
    );
    const rows = ["data/rows/r1.tar", "data/rows/r2.tar", "data/rows/r3.tar"];
    expect(await load([...rows, "data/races/x.json"], 3)).toEqual(["data/a.json", "data/b.json", ...rows]);
    expect(await cached("data/a.json")).toBe("began-a");
    expect(await cached("data/rows/r2.tar")).toBe("--run=r2");
  });

  it("runs only what is missing or older than its loader, and what a page names", async () => {
    const file = await loader("a.json.ts", "process.stdout.write('1')");
    await loader("unused.json.ts", "process.stdout.write('1')");
    expect(await load()).toEqual(["data/a.json"]);
    expect(await load()).toEqual([]);
    const later = new Date((await stat(file)).mtimeMs + 60_000);
    await utimes(file, later, later);
    expect(await load()).toEqual(["data/a.json"]);
    expect(await load(["data/unused.json"])).toEqual(["data/a.json", "data/unused.json"]);
  });

  it("leaves nothing of a loader that fails, and leaves all to the build with one processor", async () => {
    await loader("a.json.ts", "process.stdout.write('half'); process.exitCode = 1;");
    expect(await load()).toEqual([]);
    expect(await readdir(join(root, ".observablehq/cache/data"))).toEqual([]);
    await loader("b.json.ts", "process.stdout.write('1')");
    expect(await load([], 1)).toEqual([]);
    expect(await load()).toEqual(["data/b.json"]);
    await loader("rows/[run].tar.ts", "if (process.argv[3] === '--run=r2') process.exitCode = 1;");
    expect(await load(["data/rows/r1.tar", "data/rows/r2.tar", "data/rows/r3.tar"])).toContain(
      "data/rows/r1.tar"
    );
  });

  it("does nothing in a site without page loaders", async () => {
    expect(await load(["data/rows/r1.tar"])).toEqual([]);
  });
});
