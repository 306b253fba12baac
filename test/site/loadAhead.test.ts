import {mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {loadAhead} from "../../src/site/loadAhead.js";

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
    interpreter: [process.execPath, join(root, "run.mjs")],
    most,
    onLoaded: (output) => loaded.push(output)
  });
  return loaded.sort();
}

const cached = (name: string) => readFile(join(root, ".observablehq/cache", name), "utf8");

describe("loadAhead", () => {
  it("runs different loaders at the same time, and the outputs of one in turn", async () => {
    // Each of the two ends only when the other has begun.
    const path = (name: string) => JSON.stringify(join(root, name));
    const meet = (mine: string, other: string) => `
      import {existsSync, writeFileSync} from "node:fs";
      import {setTimeout as sleep} from "node:timers/promises";
      writeFileSync(${path(mine)}, "");
      while (!existsSync(${path(other)})) await sleep(5);
      process.stdout.write("${mine}");`;
    await loader("a.json.ts", meet("began-a", "began-b"));
    await loader("b.json.ts", meet("began-b", "began-a"));
    await loader(
      "rows/[run].tar.ts",
      `import {existsSync, rmSync, writeFileSync} from "node:fs";
      const at = ${path("at-work")};
      if (existsSync(at)) throw new Error("two at once");
      writeFileSync(at, "");
      process.stdout.write(process.argv[3]);
      rmSync(at);`
    );
    expect(await load(["data/rows/r1.tar", "data/rows/r2.tar", "data/races/x.json"], 3)).toEqual([
      "data/a.json",
      "data/b.json",
      "data/rows/r1.tar",
      "data/rows/r2.tar"
    ]);
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
  });

  it("does nothing in a site without page loaders", async () => {
    expect(await load(["data/rows/r1.tar"])).toEqual([]);
  });
});
