import {execFile} from "node:child_process";
import {existsSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {describe, expect, it} from "vitest";
import * as scorers from "../../src/scorers/index.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

async function versions(index: string, ...flags: string[]): Promise<Record<string, string>> {
  const {stdout} = await run(process.execPath, [...flags, path("support/printVersions.js"), index]);
  return JSON.parse(stdout) as Record<string, string>;
}

describe("the versions of all scorers", () => {
  it("are there for each, and differ", async () => {
    const found = await versions(path("../../src/scorers/index.ts"), "--import", "tsx");
    const all = Object.entries(scorers)
      .filter(([, value]) => typeof value === "function")
      .map(([name]) => name)
      .filter((name) => !["identifiedVersion", "scorerVersion", "withSettings"].includes(name));
    expect(Object.keys(found)).toEqual(all.sort());
    expect(new Set(Object.values(found)).size).toBe(all.length);
  });

  it.runIf(existsSync(path("../../lib/modules.json")))(
    "are the same in every process that runs the compiled package",
    async () => {
      const compiled = path("../../lib/scorers/index.js");
      expect(await versions(compiled)).toEqual(await versions(compiled));
    }
  );
});
