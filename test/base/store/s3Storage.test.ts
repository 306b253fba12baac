import {spawn} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync} from "node:fs";
import {utimes, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, describe, expect, it} from "vitest";
import {
  appendJobEvents,
  openWorkspace,
  type StorageBackend,
  readJob,
  readJobEvents
} from "../../../src/base/store/index.js";
import {jobKind} from "../../../src/base/store/kinds/job.js";
import type {Erasing} from "../../../src/base/store/kinds/kind.js";
import {withLease} from "../../../src/base/store/lease.js";
import {s3Address} from "../../../src/base/store/storage/s3/address.js";
import {cacheBytes, openS3} from "../../../src/base/store/storage/s3/open.js";
import {childScript} from "../../support/childScript.js";
import {type Fate, startS3} from "../../support/s3Server.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {storageSuite} from "./storageSuite.js";

const server = await startS3();
Object.assign(process.env, server?.env);

afterEach(() => {
  server?.fate(() => "forward");
  server?.pageSize(undefined);
  delete process.env.ASSAY_CACHE_GB;
});

/** Another machine's view of a store: a folder of its own, the same bucket. */
async function machine(address: string, folder?: string): Promise<StorageBackend> {
  folder ??= await temporaryProject();
  mkdirSync(join(folder, "tmp"), {recursive: true});
  return openS3(address, folder, join(folder, "tmp"));
}

const address = async () => `s3://${await server!.bucket()}/team/store`;

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

const sealedNow = (sealedAt = new Date()) => JSON.stringify({sealedAt});

/** A fate for the first request that `matches`; others go through. */
function once(fate: Fate, matches: (request: {method: string; url: string}) => boolean) {
  let done = false;
  server!.fate((request) => {
    if (done || !matches(request)) return "forward";
    done = true;
    return fate;
  });
  return () => done;
}

describe.skipIf(!server)("a bucket", () => {
  storageSuite(async () => machine(await address()));

  it("pages through listings", async () => {
    const place = await machine(await address());
    for (const name of ["a", "b", "c", "d", "e"]) await place.put(`runs/${name}/manifest.json`, "{}");
    server!.pageSize(2);
    expect((await place.list("runs")).map(({name}) => name)).toEqual(["a", "b", "c", "d", "e"]);
    await place.remove("runs/c");
    expect((await place.list("runs")).map(({name}) => name)).toEqual(["a", "b", "d", "e"]);
  });

  it("tells the writer whose answer was lost that it won", async () => {
    const place = await machine(await address());
    const lost = once("lose the answer", ({method, url}) => method === "PUT" && url.includes("one.json"));
    expect(await place.putIfAbsent("locks/one.json", "mine")).toBe(true);
    expect(lost()).toBe(true);
    expect(await place.putIfAbsent("locks/one.json", "mine")).toBe(false);
  });

  it("appends a line once though its answer was lost, and keeps the lines of all who append at one time", async () => {
    const where = await address();
    const places = await Promise.all([machine(where), machine(where), machine(where)]);
    const lost = once("lose the answer", ({method, url}) => method === "PUT" && url.includes("log.jsonl"));
    await places[0]!.append("log.jsonl", "first\n");
    expect(lost()).toBe(true);
    await Promise.all(places.map((place, n) => place.append("log.jsonl", `from ${n}\n`)));
    const lines = text(await places[1]!.read("log.jsonl"))!
      .trim()
      .split("\n");
    expect(lines[0]).toBe("first");
    expect(lines.slice(1).sort()).toEqual(["from 0", "from 1", "from 2"]);
  });

  it("shows other machines a file's new bytes, whole or a range, and leaves handed-out paths as they were", async () => {
    const where = await address();
    const [here, there] = await Promise.all([machine(where), machine(where)]);
    await here.put("runs/r/items.parquet", "old bytes");
    const path = await there.readable("runs/r/items.parquet");
    await there.read("runs/r/items.parquet");
    await here.put("runs/r/items.parquet", "new bytes");
    expect(readFileSync(path, "utf8")).toBe("old bytes");
    expect(text(await there.read("runs/r/items.parquet"))).toBe("new bytes");
    expect(text(await there.readRange("runs/r/items.parquet", 0, 3))).toBe("new");
    expect(readFileSync(await there.readable("runs/r/items.parquet"), "utf8")).toBe("new bytes");
  });

  it("reads a file from this disk while it is as it was, and asks the bucket no more than that", async () => {
    const where = await address();
    await (await machine(where)).put("runs/r/items.parquet", "x".repeat(10_000));
    const place = await machine(where);
    await place.readable("runs/r/items.parquet");
    server!.requests.length = 0;
    await place.readable("runs/r/items.parquet");
    expect(server!.requests).toHaveLength(1);
    await place.list("runs");
    server!.requests.length = 0;
    expect(await place.has("runs/r/items.parquet")).toBe(true);
    expect(await place.has("runs/r/scores.parquet")).toBe(false);
    await place.readable("runs/r/items.parquet");
    expect(server!.requests).toEqual([]);
  });

  it("sees what another machine wrote before a lease was taken, though it listed a moment earlier", async () => {
    const where = await address();
    const [here, there] = await Promise.all([machine(where), machine(where)]);
    await there.put("datasets/d/latest.json", "1");
    await there.list("datasets");
    await here.put("datasets/d/latest.json", "2");
    await withLease(there, "locks/pull-d.json", {what: "a pull"}, async () => {
      expect(text(await there.read("datasets/d/latest.json"))).toBe("2");
    });
  });

  it("keeps its copies below a bound, those read last", async () => {
    const where = await address();
    const writer = await machine(where);
    for (const name of ["a", "b", "c", "d"])
      await writer.put(`models/${name}/weights`, Buffer.alloc(400_000));
    process.env.ASSAY_CACHE_GB = "0.001";
    const folder = await temporaryProject();
    const place = await machine(where, folder);
    const paths: string[] = [];
    for (const name of ["a", "b", "c", "d"]) paths.push(await place.readable(`models/${name}/weights`));
    const copies = readdirSync(join(folder, ".objects"), {recursive: true, withFileTypes: true}).filter(
      (one) => one.isFile()
    );
    const bytes = copies.reduce((sum, one) => sum + statSync(join(one.parentPath, one.name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(1_000_000);
    expect(copies.length).toBe(2);
    expect(paths.map((path) => statSync(path).size)).toEqual([400_000, 400_000, 400_000, 400_000]);
  });

  it("drops copies of what is gone from the bucket when the store is swept", async () => {
    const where = await address();
    const here = await machine(where);
    const folder = await temporaryProject();
    const there = await machine(where, folder);
    await here.put("datasets/d/v/rows.parquet", "of a person");
    await there.readable("datasets/d/v/rows.parquet");
    await here.remove("datasets/d/v");
    await there.sweepAll();
    const files = readdirSync(join(folder, ".objects"), {recursive: true, withFileTypes: true});
    expect(files.filter((one) => one.isFile())).toEqual([]);
  });

  it("lets one of two machines commit a folder, whole, seen by nobody before", async () => {
    const where = await address();
    const [one, two, reader] = await Promise.all([machine(where), machine(where), machine(where)]);
    const stages = [await one.stage("datasets/d"), await two.stage("datasets/d")];
    for (const [n, {folder}] of stages.entries())
      for (const file of ["rows.parquet", "ledger.json", "manifest.json"])
        await writeFile(join(folder, file), `${file} of ${n}`);
    let over = false;
    const seen: string[] = [];
    const watching = (async () => {
      while (!over)
        if ((await reader.list("datasets/d")).length > 0)
          seen.push((await reader.list("datasets/d/v")).map(({name}) => name).join());
    })();
    const won = await Promise.all(stages.map((stage) => stage.commit("datasets/d/v")));
    over = true;
    await watching;
    expect(won.filter(Boolean)).toHaveLength(1);
    const winner = won.indexOf(true);
    for (const file of ["rows.parquet", "ledger.json", "manifest.json"])
      expect(text(await reader.read(`datasets/d/v/${file}`))).toBe(`${file} of ${winner}`);
    expect(new Set(seen)).toEqual(new Set(seen.length > 0 ? ["ledger.json,manifest.json,rows.parquet"] : []));
  });

  it(
    "shows nothing of a folder whose writer was killed amid an upload in parts, and lets the next one commit it",
    {tags: ["long"]},
    async () => {
      const where = await address();
      const folder = await temporaryProject();
      const key = "datasets/d/v";
      const stuck = once("hang", ({method, url}) => method === "PUT" && url.includes("partNumber=3"));
      const script = await childScript(new URL("support/commitFolder.ts", import.meta.url));
      const child = spawn(process.execPath, [script, where, folder, key], {
        stdio: "inherit"
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await expect.poll(stuck, {timeout: 120_000}).toBe(true);
      child.kill("SIGKILL");
      await ended;
      const place = await machine(where);
      const bucket = s3Address(where).bucket;
      expect(await server!.keys(bucket)).toEqual([
        "team/store/datasets/d/v/.claim.json",
        "team/store/datasets/d/v/ledger.json"
      ]);
      expect(await place.list("datasets/d")).toEqual([]);
      expect([await place.has(key), await place.has(`${key}/ledger.json`)]).toEqual([false, false]);
      const stage = await place.stage("datasets/d");
      await writeFile(join(stage.folder, "manifest.json"), "of the next");
      expect(await stage.commit(key)).toBe(true);
      expect(await place.list(key)).toEqual([{name: "manifest.json", folder: false}]);
      expect(existsSync(await place.readable(`${key}/manifest.json`))).toBe(true);
    }
  );

  it("goes on with a removal that was killed", async () => {
    const where = await address();
    const place = await machine(where);
    for (const file of ["manifest.json", "rows.parquet"]) await place.put(`datasets/d/v/${file}`, "{}");
    const dead = {pid: 2 ** 22 + 1, what: "removing", since: "2026-01-01"};
    await place.put("datasets/d/v/.claim.json", JSON.stringify(dead));
    const other = await machine(where);
    expect(await other.list("datasets/d")).toEqual([]);
    await other.sweep("datasets/d");
    expect(await server!.keys(s3Address(where).bucket)).toEqual([]);
  });

  it("drops the journal of a run that another machine sealed after it was broken off here, and no other", async () => {
    const where = await address();
    const folder = await temporaryProject();
    const [here, there] = await Promise.all([machine(where, folder), machine(where)]);
    for (const run of ["open", "sealed", "added-to"]) await here.put(`runs/${run}/journal.ndjson`, "{}\n");
    const before = new Date(Date.now() - 60_000);
    for (const run of ["open", "sealed"])
      await utimes(join(folder, "runs", run, "journal.ndjson"), before, before);
    for (const run of ["sealed", "added-to"]) await there.put(`runs/${run}/manifest.json`, sealedNow());
    expect(await here.has("runs/open/journal.ndjson")).toBe(true);
    expect(await here.has("runs/added-to/journal.ndjson")).toBe(true);
    expect(await here.has("runs/sealed/journal.ndjson")).toBe(false);
    expect(readdirSync(join(folder, "runs", "sealed"))).toEqual([]);
    expect(await there.has("runs/open")).toBe(false);
  });

  it("keeps the journal of a run that went on here after it was sealed, though its manifest is written anew", async () => {
    const folder = await temporaryProject();
    const here = await machine(await address(), folder);
    const sealed = sealedNow(new Date(Date.now() - 7_200_000));
    await here.put("runs/r/journal.ndjson", "{}\n");
    const before = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, "runs", "r", "journal.ndjson"), before, before);
    await here.put("runs/r/manifest.json", sealed);
    expect(await here.has("runs/r/journal.ndjson")).toBe(true);
  });

  it("shows a file that was put while a listing was under way", async () => {
    const place = await machine(await address());
    await place.put("runs/a/start.json", "{}");
    once({answered: () => place.put("runs/b/start.json", "{}")}, ({url}) => url.includes("list-type=2"));
    expect((await place.list("runs")).map(({name}) => name)).toEqual(["a"]);
    expect(text(await place.read("runs/b/start.json"))).toBe("{}");
  });

  it("sends a small file again that the server was too busy for", async () => {
    const place = await machine(await address());
    const busy = once({status: 503}, ({method, url}) => method === "PUT" && url.includes("/items.parquet"));
    await place.putFile("runs/r/items.parquet", (path) => writeFile(path, "rows"));
    expect(busy()).toBe(true);
    expect(text(await place.read("runs/r/items.parquet"))).toBe("rows");
  });

  it("erases what a job's service told, in the bucket too", async () => {
    const where = await address();
    const workspace = await openWorkspace(await temporaryProject(), undefined, undefined, where);
    const job = {kind: "job", schemaVersion: 1, id: "j", name: "n", base: "b", key: "k", at: "2026-01-01"};
    const data = [{path: "train.jsonl", part: "train"}];
    const service = {service: "command", trust: "local"};
    const of = {dataset: "mails", version: "v", split: {id: "s", name: "s", sha256: "gone"}};
    await workspace.place.put(
      "jobs/j/manifest.json",
      JSON.stringify({...job, ...of, service, data, statuses: []})
    );
    await appendJobEvents(workspace, "j", [{id: "1", type: "message", message: "line 17: I am Jane Doe"}]);
    const found = {key: "jobs/j", manifestKey: "jobs/j/manifest.json", id: "j", names: {}};
    const note = {at: "2026-01-02", reason: "asked"};
    await jobKind.erase!(found, {workspace, dataset: "mails", note} as Erasing);
    expect((await readJob(workspace, "j"))!.erased).toEqual({
      dataset: "mails",
      at: note.at,
      parts: ["train"]
    });
    expect(await readJobEvents(workspace, "j")).toEqual([]);
    expect((await server!.keys(s3Address(where).bucket)).join()).not.toContain("events.jsonl");
  });

  it("takes over another machine's lease when it has expired, and tells that machine", async () => {
    const where = await address();
    const [here, there] = await Promise.all([machine(where), machine(where)]);
    const key = "locks/one.json";
    const foreign = {owner: "b", host: "elsewhere", pid: 1, what: "a pull", since: "2026-01-01"};
    const until = (ms: number) =>
      JSON.stringify({...foreign, expires: new Date(Date.now() + ms).toISOString()});
    await here.put(key, until(60_000));
    await expect(withLease(there, key, {what: "the next"}, async () => 1)).rejects.toThrow(/on elsewhere/);
    await here.put(key, until(-1));
    await withLease(there, key, {what: "the next", termMs: 300}, async ({lost}) => {
      await here.put(key, until(60_000));
      await expect.poll(() => lost.aborted, {timeout: 60_000}).toBe(true);
    });
    expect(text(await here.read(key))).toContain("elsewhere");
  });

  it("says what is wrong with an address, a bucket, the credentials and the network", async () => {
    for (const wrong of [
      "s3://",
      "s3://b",
      "s3://bucket/../x",
      "https://bucket",
      "s3://bucket/a b",
      "S3://bucket"
    ])
      expect(() => s3Address(wrong)).toThrow(/s3:\/\/BUCKET\/PREFIX/);
    expect(() => s3Address("s3://key:p4ssw0rd@bucket/a")).toThrow(/ASSAY_STORE is "s3:\/\/bucket\/a"/);
    expect(s3Address("s3://bucket")).toEqual({bucket: "bucket", prefix: ""});
    expect(s3Address("s3://bucket/a/b/")).toEqual({bucket: "bucket", prefix: "a/b/"});
    expect(() => cacheBytes({ASSAY_CACHE_GB: "much"})).toThrow(/number of gigabytes/);
    await expect(machine("s3://no-such-bucket/x")).rejects.toThrow(/no such bucket/);
    const where = await address();
    server!.fate(() => ({status: 403}));
    await expect(machine(where)).rejects.toThrow(/refused .*s3:PutObject/);
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
    await expect(machine(where)).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
    Object.assign(process.env, server!.env);
  });
});

it("two servers' buckets of one name have folders of their own", async () => {
  const {folderOfShared} = await import("../../../src/base/store/storage/s3/address.js");
  const at = (endpoint: string) => folderOfShared("s3://bucket/x", {AWS_ENDPOINT_URL: endpoint});
  expect(at("http://a")).not.toBe(at("http://b"));
  expect(at("http://a")).toMatch(/^bucket-/);
});
