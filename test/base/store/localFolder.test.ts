import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {LocalFolder} from "../../../src/base/store/index.js";
import {sha256} from "../../../src/base/system/hash.js";
import {thisHolder} from "../../../src/base/store/holder.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {storageSuite} from "./storageSuite.js";

describe("a local folder", () => {
  storageSuite(async () => new LocalFolder(await temporaryProject()));

  it("leaves nothing beside its files", async () => {
    const folder = await temporaryProject();
    const place = new LocalFolder(folder);
    await place.put("a", "1");
    await place.putIfAbsent("a", "2");
    await place.removeIf("a", Buffer.from("other"));
    await (await place.stage("")).discard();
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("keeps a file that another put where one was removed, whoever else removes and puts at that moment", async () => {
    const place = new LocalFolder(await temporaryProject());
    for (let round = 0; round < 50; round++) {
      const key = `locks/${round}.json`;
      await place.put(key, "of the next");
      const taken = async () => {
        for (let i = 0; i < 10; i++) if (await place.putIfAbsent(key, "of a third")) return true;
        return false;
      };
      const [removed, replaced] = await Promise.all([
        place.removeIf(key, Buffer.from("of the dead")),
        taken()
      ]);
      expect([removed, replaced]).toEqual([false, false]);
    }
  });

  it("removes what a dead process was about to remove, and leaves it to a living one", async () => {
    const folder = await temporaryProject();
    const place = new LocalFolder(folder);
    await place.put("a", "1");
    const right = (n: number) => join(folder, `.a.${sha256("1").slice(0, 16)}.${n}.removing`);
    writeFileSync(right(0), JSON.stringify({...thisHolder("removing"), pid: 2 ** 22 + 1}));
    writeFileSync(right(1), JSON.stringify(thisHolder("removing")));
    expect(await place.removeIf("a", Buffer.from("1"))).toBe(false);
    writeFileSync(right(1), "");
    utimesSync(right(1), new Date(0), new Date(0));
    expect(await place.removeIf("a", Buffer.from("1"))).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("names who removes at every moment: who is killed then does not keep the next one waiting", async () => {
    const folder = await temporaryProject();
    const place = new LocalFolder(folder);
    const seen: string[] = [];
    let working = true;
    const looking = (async () => {
      while (working) {
        for (const name of readdirSync(folder).filter((one) => one.endsWith(".removing"))) {
          try {
            seen.push(readFileSync(join(folder, name), "utf8"));
          } catch {
            // Gone since.
          }
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 100; round++) {
      await place.put("a", `${round}`);
      expect(await place.removeIf("a", Buffer.from(`${round}`))).toBe(true);
    }
    working = false;
    await looking;
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((text) => !text.includes("removing"))).toEqual([]);
  });

  it("sweeps what dead processes left half-made, not what living ones make", async () => {
    const folder = await temporaryProject();
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    const [dead, living] = [pid, process.pid].map((id) => join(folder, "d", `.stage.${id}.0123abcd.tmp`));
    for (const path of [dead!, living!]) mkdirSync(path, {recursive: true});
    writeFileSync(join(dead!, "rows.parquet"), "of a person");
    await new LocalFolder(folder).sweep("d");
    expect([existsSync(dead!), existsSync(living!)]).toEqual([false, true]);
  });
});
