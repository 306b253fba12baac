// @module-tag long
import {execFileSync, spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdirSync, readdirSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {gzipSync} from "node:zlib";
import {afterAll, describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore, openWorkspace, sqlString} from "../../../src/base/store/index.js";
import {assay, writeLoader} from "../../support/assay.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const fromFile = (files: string | string[], more: object = {}) =>
  defineDataset({name: "set", source: {kind: "files", files, ...more}});

describe("a key that an object has twice", () => {
  const lines = [
    '{"id":1,"text":"a \\"b\\": c","m":{"a":[{"b":1},{"b":2}]}}',
    '{"id":2,"text":"Jane Roe owes 500","text":"b"}',
    '{"id":3,"text":"c","m":{"a":[{"b":1,"b":"Jane Roe"}]}}',
    '{"id":4,"text":"d","\\u0074ext":"Jane Roe"}'
  ];

  it("makes its line a broken one, which is named without its words or left out", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "rows.jsonl"), lines.join("\n"));
    const message = await pull(workspace, fromFile("rows.jsonl")).then(
      () => "pulled",
      (error: Error) => error.message
    );
    for (const line of [2, 3, 4])
      expect(message).toContain(`rows.jsonl line ${line}: an object has a key twice`);
    expect(message.match(/ line \d+:/g)).toHaveLength(3);
    expect(message).not.toContain("Jane");
    const {version, skipped} = await pull(workspace, fromFile("rows.jsonl"), {skipBad: true});
    expect([version.rows, skipped!.map(({line}) => line)]).toEqual([1, [2, 3, 4]]);
  });

  it("is told of a list without its words", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "rows.json"), `[${lines.join(",")}]`);
    await expect(pull(workspace, fromFile("rows.json"))).rejects.toThrow(
      /^dataset set: reading its rows failed: an object in it has a key twice\. No version was made\.$/
    );
  });
});

describe("broken lines", () => {
  const broken = {
    "rows.jsonl": ['{"id": 1}\n{"id": secret words\n\n[3]\n{"id": 4}\n{"id": 5', [2, 4, 6]],
    "rows.csv": ['a,b\n1,"two\nlines"\n2\n3,x,y\n4,z\n', [4, 5]],
    "rows.tsv": ["a\tb\n1\tx\n2\tsecret words\t9\n", [3]]
  } as const;
  for (const [name, [text, lines]] of Object.entries(broken)) {
    it(`of ${name} are named with file and line, never with what they hold`, async () => {
      const workspace = await temporaryWorkspace();
      writeFileSync(join(workspace.project, name), text);
      const refused = await pull(workspace, fromFile(name)).then(
        () => "pulled",
        (error: Error) => error.message
      );
      for (const line of lines) expect(refused).toContain(`${name} line ${line}: `);
      expect(refused.match(/ line \d+:/g)).toHaveLength(lines.length);
      expect(refused).not.toContain("secret");
      expect(refused).toContain("--skip-bad");
      expect(readdirSync(datasetDir(workspace, "set"))).toEqual([]);
    });

    it(`of ${name} are listed beside the version when they are left out`, async () => {
      const workspace = await temporaryWorkspace();
      writeFileSync(join(workspace.project, name), text);
      const {version, skipped} = await pull(workspace, fromFile(name), {skipBad: true});
      expect(skipped!.map(({line}) => line)).toEqual(lines);
      expect(version.rows).toBe({"rows.jsonl": 2, "rows.csv": 2, "rows.tsv": 1}[name]);
      const store = await openStore(workspace);
      const file = join(datasetDir(workspace, "set", version.id), "rejects.parquet");
      const kept = await store.rows<{file: string; line: number; reason: string}>(
        `select * from read_parquet(${sqlString(file)}) order by line`
      );
      expect(kept.map(({line}) => line)).toEqual(lines);
      for (const {file, reason} of kept)
        expect([file, reason]).toEqual([join(workspace.project, name), expect.stringMatching(/\w{3}/)]);
      store.close();
    });
  }

  it("of one dataset do not keep the others from being pulled, and all are told at the end", async () => {
    const project = await temporaryProject();
    for (const name of ["a", "b", "c"]) {
      writeFileSync(join(project, `${name}.jsonl`), name === "b" ? '{"id": 1}\n' : '{"id": 1}\nno\n');
      writeLoader(project, name, `{name: "${name}", source: {kind: "files", files: "${name}.jsonl"}}`);
    }
    const {code, stdout, stderr} = await assay(project, "pull");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^dataset.*\nb .* 1 +new *\n$/);
    expect(stderr.match(/^assay: dataset [ac]: .* line 2: /gm)).toHaveLength(2);
    const rows = await assay(project, "rows", "b", "--where", "nothing = 1");
    expect([rows.code, rows.stderr.split("\n")]).toEqual([
      1,
      [
        expect.stringMatching(
          /^assay: --where is not a condition over the columns of b: .*Its columns: row_id, row_hash, id\.$/
        ),
        ""
      ]
    ]);
  });

  it("in a packed file are counted in its text", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "rows.jsonl.gz"), gzipSync('{"a": 1}\nno\n{"a": 2}\n'));
    await expect(pull(workspace, fromFile("rows.jsonl.gz"))).rejects.toThrow(/rows\.jsonl\.gz line 2: /);
    expect((await pull(workspace, fromFile("rows.jsonl.gz"), {skipBad: true})).version.rows).toBe(2);
  });

  it("do not change the version: the same sound rows have the same id", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "bad.csv"), "a,b\n1,x\n2,y,z\n3,w\n");
    writeFileSync(join(workspace.project, "good.csv"), "a,b\n1,x\n3,w\n");
    const bad = await pull(workspace, fromFile("bad.csv"), {skipBad: true});
    expect((await pull(workspace, fromFile("good.csv"))).version.id).toBe(bad.version.id);
  });
});

describe("files", () => {
  it("keep a column's type whatever the order of rows, far beyond a sample", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [...Array.from({length: 30_000}, (_, i) => String(i)), "last"];
    const ids = [];
    for (const lines of [rows, rows.toReversed()]) {
      writeFileSync(join(workspace.project, "n.csv"), `n\n${lines.join("\n")}\n`);
      ids.push((await pull(workspace, fromFile("n.csv"))).version.id);
    }
    expect(ids[0]).toBe(ids[1]);
  });
});

describe("two pulls at once", () => {
  it("wait for one another and leave whole versions", async () => {
    const workspace = await temporaryWorkspace();
    const set = (from: number) =>
      defineDataset({
        name: "set",
        source: {kind: "rows", rows: () => Array.from({length: 2_000}, (_, i) => ({n: from + i}))}
      });
    const made = await Promise.all([0, 1, 0, 2].map((from) => pull(workspace, set(from))));
    expect(new Set(made.map(({version}) => version.id)).size).toBe(3);
    const store = await openStore(workspace);
    for (const version of await store.versions("set"))
      expect((await store.row<{n: number}>(`select count(*) as n from "set@${version.id}"`))!.n).toBe(2_000);
    store.close();
  });

  it("as two processes both end well, with one version of what they read and nothing half-written", async () => {
    const project = await temporaryProject();
    writeFileSync(
      join(project, "rows.jsonl"),
      Array.from({length: 60_000}, (_, i) => JSON.stringify({id: i, text: `row ${i}`})).join("\n")
    );
    writeLoader(project, "set", `{name: "set", source: {kind: "files", files: "rows.jsonl"}, id: "id"}`);
    const ended = await Promise.all([assay(project, "pull", "--json"), assay(project, "pull", "--json")]);
    expect(ended.map(({code}) => code)).toEqual([0, 0]);
    const results = ended.map(
      ({stdout}) => (JSON.parse(stdout) as {version: {id: string; rows: number}; changed: boolean}[])[0]!
    );
    expect(results.map(({version}) => version.rows)).toEqual([60_000, 60_000]);
    expect(results.map(({changed}) => changed).sort()).toEqual([false, true]);
    const workspace = await openWorkspace(project, ".assay");
    expect(readdirSync(datasetDir(workspace, "set")).sort()).toEqual(
      [results[0]!.version.id, "latest.json"].sort()
    );
    expect(readdirSync(workspace.tmpDir)).toEqual([]);
  });

  it("do not wait forever: the second refuses after its wait, naming the first", async () => {
    const workspace = await temporaryWorkspace();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = defineDataset({
      name: "set",
      source: {
        kind: "rows",
        rows: async function* () {
          yield {n: 1};
          await held;
        }
      }
    });
    const first = pull(workspace, slow);
    await sleep(300);
    await expect(pull(workspace, slow, {waitMs: 100})).rejects.toThrow(
      new RegExp(`a pull of set is under way in process ${process.pid}`)
    );
    release();
    expect((await first).version.rows).toBe(1);
  });
});

describe("a source that dies half-way", () => {
  it("over HTTP leaves no version, and the next pull goes on where it ended", async () => {
    const content = Array.from({length: 20_000}, (_, i) => JSON.stringify({id: i, text: `row ${i}`})).join(
      "\n"
    );
    const bytes = Buffer.from(content);
    let dies = true;
    const ranges: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (from > 0) response.setHeader("content-range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
      response.writeHead(from > 0 ? 206 : 200, {etag: '"one"', "content-length": bytes.length - from});
      if (!dies) response.end(bytes.subarray(from));
      else
        response.write(bytes.subarray(from, from + 50_000), () => setTimeout(() => response.destroy(), 100));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const workspace = await temporaryWorkspace();
      const set = fromFile(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.jsonl`);
      await expect(pull(workspace, set)).rejects.toThrow(/rows\.jsonl broke off 6 times .* Pull again/);
      expect(readdirSync(datasetDir(workspace, "set"))).toEqual([]);
      dies = false;
      const {version} = await pull(workspace, set);
      expect(version.rows).toBe(20_000);
      expect(Number(/\d+/.exec(ranges.at(-1)!)![0])).toBeGreaterThan(50_000);
    } finally {
      server.close();
    }
  });

  it("while it is read by another tool's importer leaves no version", async () => {
    const workspace = await temporaryWorkspace();
    const log = gzipSync('{"messages": [{"role": "user", "content": "hi"}]}\n'.repeat(500));
    writeFileSync(join(workspace.project, "chat.jsonl.gz"), log.subarray(0, log.length - 20));
    const set = defineDataset({
      name: "set",
      source: {kind: "log", tool: "openai-chat", files: "chat.jsonl.gz"}
    });
    await expect(pull(workspace, set)).rejects.toThrow(/chat\.jsonl\.gz cannot be unpacked/);
    expect(readdirSync(datasetDir(workspace, "set"))).toEqual([]);
  });
});

describe("rows with one id", () => {
  it("from two files of a source are refused, and leave the version before as it was", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "a.jsonl"), '{"id": "x", "n": 1}\n{"id": "y", "n": 2}\n');
    writeFileSync(join(workspace.project, "b.jsonl"), '{"id": "y", "n": 3}\n{"id": "z", "n": 4}\n');
    const set = (files: string[]) => defineDataset({name: "set", source: {kind: "files", files}, id: "id"});
    const {version} = await pull(workspace, set(["a.jsonl"]));
    await expect(pull(workspace, set(["a.jsonl", "b.jsonl"]))).rejects.toThrow(/y/);
    expect(readdirSync(datasetDir(workspace, "set")).sort()).toEqual([version.id, "latest.json"].sort());
  });
});

const rounds = inFull(50, 3);
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;

describe(`a pull killed with SIGKILL (${rounds} rounds)`, {tags: ["counted"]}, () => {
  it("leaves a store that opens and has whole versions only, and the next pull makes the rest", async () => {
    const project = await temporaryProject();
    const rows = 20_000;
    const write = (round: number) =>
      writeFileSync(
        join(project, "rows.jsonl"),
        Array.from({length: rows}, (_, i) =>
          JSON.stringify({id: i, text: `row ${i} of ${round}`, more: "x".repeat(40)})
        ).join("\n")
      );
    writeLoader(project, "set", `{name: "set", source: {kind: "files", files: "rows.jsonl"}, id: "id"}`);
    const workspace = await openWorkspace(project, ".assay");
    const script = await childScript(new URL("../../fixtures/killedPull.ts", import.meta.url));
    write(0);
    const whole = await runToEnd(script, project);
    let content = 0;
    for (let round = 1; round <= rounds; round++) {
      // A pull that ends before its moment, on a machine that has become faster, is tried again with half the wait.
      for (let wait = chance(`pull ${round}`) * whole; ; wait /= 2) {
        write(++content);
        const child = spawn(process.execPath, [script, project], {
          stdio: ["ignore", "pipe", "ignore"]
        });
        const ended = new Promise<boolean>((resolve) =>
          child.on("exit", (_, signal) => resolve(signal === "SIGKILL"))
        );
        // The child says when its pull begins: loading the code is not what is tested.
        await new Promise((resolve) => child.stdout!.once("data", resolve));
        await sleep(wait);
        child.kill("SIGKILL");
        if (await ended) break;
      }
      const store = await openStore(workspace);
      for (const version of await store.versions("set")) {
        const found = await store.row<{n: number; ids: number}>(
          `select count(*) as n, count(distinct row_id) as ids from "set@${version.id}"`
        );
        expect(found).toEqual({n: version.rows, ids: rows});
      }
      expect((await store.latestVersion("set"))?.rows).toBe(rows);
      store.close();
    }
    const ended = await assay(project, "pull", "--json");
    expect(ended.stderr).toBe("");
    const [last] = JSON.parse(ended.stdout) as {version: {rows: number}}[];
    expect(last!.version.rows).toBe(rows);
    expect(readdirSync(datasetDir(workspace, "set")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(readdirSync(workspace.tmpDir)).toEqual([]);
  }, 600_000);
});

/** Milliseconds of the pull in it. */
async function runToEnd(script: string, project: string): Promise<number> {
  const child = spawn(process.execPath, [script, project], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  return Number(/ended after (\d+)/.exec(printed)![1]);
}

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) execFileSync("umount", [folder]);
});

describe("a full disk", () => {
  const small = smallDisk();
  it.skipIf(!small)(
    "refuses the pull, keeps the older version whole and leaves nothing half-written",
    async () => {
      const workspace = await openWorkspace(small!, join(small!, ".assay"));
      const set = (rows: number) =>
        defineDataset({
          name: "set",
          source: {
            kind: "rows",
            rows: function* () {
              for (let n = 0; n < rows; n++)
                yield {n, text: createHash("sha512").update(String(n)).digest("base64")};
            }
          }
        });
      const {version} = await pull(workspace, set(100));
      await expect(pull(workspace, set(200_000))).rejects.toThrow(/no space left|ENOSPC|disk/i);
      const store = await openStore(workspace);
      expect((await store.versions("set")).map(({id}) => id)).toEqual([version.id]);
      expect((await store.row<{n: number}>('select count(*) as n from "set"'))!.n).toBe(100);
      store.close();
      expect(readdirSync(datasetDir(workspace, "set")).sort()).toEqual([version.id, "latest.json"].sort());
      expect((await pull(workspace, set(200))).version.rows).toBe(200);
    },
    60_000
  );
});

describe("a full disk under a download", () => {
  const small = smallDisk();
  it.skipIf(!small)("is said at once, with its place, and not taken for a broken transfer", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end(Buffer.alloc(16_000_000, "id\n"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const workspace = await openWorkspace(small!, join(small!, ".assay"));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.csv`;
      const set = defineDataset({name: "set", source: {kind: "files", files: url}});
      await expect(pull(workspace, set)).rejects.toThrow(
        /^dataset set: \/.*rows\.csv\.partial: The disk is full/
      );
      expect(asked).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

/** A file system of 8 MB, or undefined with the reason printed. */
function smallDisk(): string | undefined {
  const folder = join("/tmp", `assay-small-disk-${process.pid}-${mounted.length}`);
  try {
    mkdirSync(folder, {recursive: true});
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], {stdio: "pipe"});
    mounted.push(folder);
    return folder;
  } catch (error) {
    console.warn(
      `skipped: no small file system to fill (${(error as Error).message.split("\n").at(-2) ?? "mount failed"}).`
    );
    return undefined;
  }
}
