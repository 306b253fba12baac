import {spawn, spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {mkdir, symlink} from "node:fs/promises";
import {dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {describe, expect, it} from "vitest";
import {processIsAlive} from "../../../src/base/system/index.js";
import {LocalFolder} from "../../../src/base/store/index.js";
import {heldLeases, type LeaseOptions, withLease} from "../../../src/base/store/lease.js";
import type {HeldLease} from "../../../src/base/store/renewal.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const lockPath = async () => join(await temporaryProject(), "locks", "one.json");

const withLock = <T>(path: string, options: LeaseOptions, work: (held: HeldLease) => Promise<T>) =>
  withLease(new LocalFolder(dirname(dirname(path))), "locks/one.json", options, work);

async function leaseOf(path: string, holder: object | string): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  writeFileSync(path, typeof holder === "string" ? holder : JSON.stringify(holder));
}

describe("a lease", () => {
  it("names its holder while the work goes on and is gone afterwards, however it ended", async () => {
    const path = await lockPath();
    const seen = await withLock(path, {what: "the work"}, async () => readFileSync(path, "utf8"));
    expect(JSON.parse(seen)).toMatchObject({pid: process.pid, what: "the work"});
    expect(existsSync(path)).toBe(false);
    await expect(
      withLock(path, {what: "the work"}, async () => {
        throw new Error("broken");
      })
    ).rejects.toThrow("broken");
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it("refuses while a living process holds it, naming that process and what it does", async () => {
    const path = await lockPath();
    await withLock(path, {what: "a pull of mails"}, async () => {
      await expect(withLock(path, {what: "another"}, async () => 1)).rejects.toThrow(
        new RegExp(`a pull of mails is under way in process ${process.pid} since .* try again`)
      );
    });
  });

  it("lets one at a time through, and tells those that wait", async () => {
    const path = await lockPath();
    let inside = 0;
    let most = 0;
    const told: string[] = [];
    await Promise.all(
      [1, 2, 3].map((n) =>
        withLock(
          path,
          {what: `work ${n}`, waitMs: 10_000, onWait: (message) => told.push(message)},
          async () => {
            most = Math.max(most, ++inside);
            await new Promise((resolve) => setTimeout(resolve, 30));
            inside--;
          }
        )
      )
    );
    expect(most).toBe(1);
    expect(told).toHaveLength(2);
  });

  it("takes over from a process that is dead", async () => {
    const path = await lockPath();
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    expect(processIsAlive(pid)).toBe(false);
    await mkdir(dirname(path), {recursive: true});
    writeFileSync(path, JSON.stringify({pid, what: "a dead run", since: "2026-01-01"}));
    expect(await withLock(path, {what: "the next"}, async () => "mine")).toBe("mine");
  });

  it(
    "of a dead process is taken over by one of many at a time, however late each acts on what it read",
    {tags: ["long"]},
    async () => {
      const place = new LateFolder(await temporaryProject());
      const {pid} = spawnSync(process.execPath, ["-e", ""]);
      let most = 0;
      for (let round = 0; round < 24; round++) {
        const key = `locks/${round}.json`;
        await place.put(key, JSON.stringify({pid, what: "a dead run", since: "2026-01-01"}));
        let inside = 0;
        const work = async () => {
          most = Math.max(most, ++inside);
          await sleep(5);
          inside--;
        };
        await Promise.all(
          [1, 2, 3, 4].map(() => withLease(place, key, {what: "work", waitMs: 60_000}, work))
        );
      }
      expect(most).toBe(1);
    }
  );

  it.skipIf(process.platform !== "linux")(
    "takes over when the holder's number now belongs to another process",
    async () => {
      const path = await lockPath();
      const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
      try {
        await mkdir(dirname(path), {recursive: true});
        writeFileSync(
          path,
          JSON.stringify({pid: other.pid, startedAt: "1", what: "long gone", since: "2026-01-01"})
        );
        expect(await withLock(path, {what: "the next"}, async () => "mine")).toBe("mine");
      } finally {
        other.kill();
      }
    }
  );

  it.each(["", "{", "null", '{"pid": "x"}'])(
    "is taken at once when its file holds %j, which names nobody",
    async (torn) => {
      const path = await lockPath();
      await leaseOf(path, torn);
      expect(await withLock(path, {what: "the next"}, async () => "mine")).toBe("mine");
    }
  );

  it("that cannot be given back leaves what the work came to as it is", async () => {
    const place = new LocalFolder(await temporaryProject());
    place.read = () => Promise.reject(new Error("the server is gone"));
    expect(await withLease(place, "locks/done.json", {what: "the work"}, async () => "done")).toBe("done");
    const failed = withLease(place, "locks/failed.json", {what: "the work"}, async () => {
      throw new Error("the rows are marked");
    });
    await expect(failed).rejects.toThrow("the rows are marked");
  });

  it("refuses to spin where a folder has its name", async () => {
    const path = await lockPath();
    await mkdir(path, {recursive: true});
    await expect(withLock(path, {what: "the next"}, async () => 1)).rejects.toThrow(/cannot be read/);
  });

  it(
    "refuses to wait for a link that leads nowhere, however long it may wait",
    {tags: ["long"]},
    async () => {
      const path = await lockPath();
      await mkdir(dirname(path), {recursive: true});
      await symlink("/nowhere/at-all", path);
      const waiting = withLock(path, {what: "the next", waitMs: 600_000}, async () => 1);
      await expect(waiting).rejects.toThrow(/neither taken nor removed/);
    }
  );

  it("of another machine is respected until it expires, and named with its machine", async () => {
    const path = await lockPath();
    const there = {owner: "b", host: "elsewhere", pid: 1, what: "a pull", since: "2026-01-01"};
    await leaseOf(path, {...there, expires: new Date(Date.now() + 60_000).toISOString()});
    await expect(withLock(path, {what: "the next"}, async () => 1)).rejects.toThrow(
      /a pull is under way in process 1 on elsewhere/
    );
    const place = new LocalFolder(dirname(dirname(path)));
    expect(await heldLeases(place, "locks", "one")).toHaveLength(1);
    await leaseOf(path, {...there, expires: new Date(Date.now() - 1).toISOString()});
    expect(await heldLeases(place, "locks", "one")).toEqual([]);
    expect(await withLock(path, {what: "the next"}, async () => "mine")).toBe("mine");
  });

  it("is renewed while the work goes on", async () => {
    const path = await lockPath();
    const expiry = () => (JSON.parse(readFileSync(path, "utf8")) as {expires: string}).expires;
    await withLock(path, {what: "long work", termMs: 60}, async () => {
      const first = expiry();
      await expect.poll(expiry, {timeout: 60_000}).not.toBe(first);
    });
    expect(existsSync(path)).toBe(false);
  });

  it("that another machine took over aborts the work's signal and is left to its new holder", async () => {
    const path = await lockPath();
    const other = {owner: "c", host: "elsewhere", pid: 1, what: "theirs", since: "2026-01-02"};
    await withLock(path, {what: "slow work", termMs: 60}, async ({lost}) => {
      await leaseOf(path, other);
      await expect.poll(() => lost.aborted, {timeout: 60_000}).toBe(true);
    });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(other);
  });

  it("whose renewal hangs is lost after its term, and confirms nothing", async () => {
    const place = new HangingFolder(await temporaryProject());
    await withLease(place, "locks/one.json", {what: "a pull", termMs: 300}, async ({lost, confirm}) => {
      await confirm();
      place.hangs = true;
      const refused = expect(confirm()).rejects.toThrow(/a pull could not keep its lock/);
      await expect.poll(() => lost.aborted, {timeout: 60_000}).toBe(true);
      place.hangs = false;
      await refused;
    });
  });

  it("is confirmed while it is held, and refused as soon as another machine has it", async () => {
    const path = await lockPath();
    const other = {owner: "c", host: "elsewhere", pid: 1, what: "theirs", since: "2026-01-02"};
    await withLock(path, {what: "slow work"}, async ({lost, confirm}) => {
      await confirm();
      expect(lost.aborted).toBe(false);
      await leaseOf(path, other);
      await expect(confirm()).rejects.toThrow(/slow work could not keep its lock/);
      expect(lost.aborted).toBe(true);
    });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(other);
  });

  it("of a machine that slept beyond its term is kept when nobody took it over", async () => {
    const path = await lockPath();
    const {now} = Date;
    try {
      await withLock(path, {what: "slow work", termMs: 60_000}, async ({confirm}) => {
        Date.now = () => now() + 3_600_000;
        await confirm();
      });
    } finally {
      Date.now = now;
    }
  });
});

/** A folder whose readers are held up between the look and what they do next. */
class LateFolder extends LocalFolder {
  override async read(key: string): Promise<Uint8Array | undefined> {
    const bytes = await super.read(key);
    await sleep(Math.random() * 4);
    return bytes;
  }
}

/** A folder on a server that stops answering. */
class HangingFolder extends LocalFolder {
  hangs = false;

  override read(key: string): Promise<Uint8Array | undefined> {
    return this.hangs ? new Promise(() => undefined) : super.read(key);
  }
}
