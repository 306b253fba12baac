import {readFileSync} from "node:fs";
import {describe, expect, it} from "vitest";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Record<
  string,
  Record<string, string>
> & {pins: Record<string, string>};
const fields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
const ranges = fields.flatMap((field) => Object.entries(manifest[field]!));

describe("the versions in package.json", () => {
  it("are ranges that take newer minor releases, or have a reason in pins", () => {
    const pinned = ranges.filter(([, range]) => !/^(\^|>=)/.test(range)).map(([name]) => name);
    expect(pinned.length).toBeGreaterThan(0);
    expect([...new Set(pinned)].filter((name) => !manifest.pins[name])).toEqual([]);
  });

  it("have no reason that outlived its package", () => {
    const names = new Set(ranges.map(([name]) => name));
    expect(Object.keys(manifest.pins).filter((name) => !names.has(name))).toEqual([]);
  });

  it("come from the registry that npm is set to: the lock file names none", () => {
    const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
    expect(lock.match(/"resolved": "https?:[^"]*"/g)).toBeNull();
  });
});
