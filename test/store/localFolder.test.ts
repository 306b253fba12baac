import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {LocalFolder} from "../../src/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {placeSuite} from "./placeSuite.js";

describe("a local folder", () => {
  placeSuite(async () => new LocalFolder(await temporaryProject()));

  it("leaves nothing beside its files", async () => {
    const folder = await temporaryProject();
    const place = new LocalFolder(folder);
    await place.put("a", "1");
    await place.putIfAbsent("a", "2");
    await place.removeIf("a", Buffer.from("other"));
    await (await place.stage("")).discard();
    expect(readdirSync(folder)).toEqual(["a"]);
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
