import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openAppendLog} from "../../../../src/evals/runner/journal/appendLog.js";
import {growingLog} from "../../../../src/evals/runner/tables/logs.js";
import {openDatabase} from "../../../../src/base/store/index.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

describe("growingLog", () => {
  it("packs each line once, also one that comes while it packs, and goes on after a failure", async () => {
    const folder = await temporaryProject();
    const path = join(folder, "log.ndjson");
    const log = await openAppendLog(path);
    const db = await openDatabase();
    let failing = false;
    const packing = growingLog(
      {...db, run: (...said) => (failing ? Promise.reject(new Error("no space")) : db.run(...said))},
      {path, flush: () => log.flush()},
      {seq: "BIGINT", n: "BIGINT", output: "VARCHAR"},
      join(folder, "packed")
    );
    const numbers = async () =>
      (await db.rows<{n: number}>(`select n from ${await packing.pack()}`)).map(({n}) => n);
    expect(await numbers()).toEqual([]);
    const long = "x".repeat(100_000);
    for (let n = 0; n < 10; n++) log.push({n, output: long});
    const first = packing.pack();
    for (let n = 10; n < 100; n++) log.push({n, output: long});
    await first;
    expect(await numbers()).toEqual(Array.from({length: 100}, (_, n) => n));
    log.push({n: 100, output: "one more"});
    failing = true;
    await expect(packing.pack()).rejects.toThrow("no space");
    failing = false;
    expect(await numbers()).toEqual(Array.from({length: 101}, (_, n) => n));
    await log.close();
    expect(await numbers()).toHaveLength(101);
    db.close();
  });
});
