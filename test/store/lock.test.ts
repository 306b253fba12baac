import {spawn, spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {mkdir} from "node:fs/promises";
import {dirname, join} from "node:path";
import {describe, expect, it} from "vitest";
import {processIsAlive, withLock} from "../../src/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const lockPath = async () => join(await temporaryProject(), "locks", "one.json");

describe("withLock", () => {
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
});
