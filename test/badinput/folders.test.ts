import {existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {makeFolder} from "../../src/base/system/index.js";
import {LocalFolder} from "../../src/base/store/storage/localFolder.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {expectClear, refusalOfPromise} from "./support.js";

/** What may stand where a folder is made, and what is said of it. */
const IN_THE_WAY: [what: string, put: (path: string) => void, found: (path: string) => string][] = [
  ["a file", (path) => writeFileSync(path, ""), (path) => `${path} is a file where a folder is needed`],
  [
    "a link that leads nowhere",
    (path) => symlinkSync("/nowhere/at/all", path),
    (path) => `${path} is a link to /nowhere/at/all, which is no folder`
  ],
  ...(existsSync("/proc/self/fdinfo")
    ? [
        [
          "a link to where no folder can be made",
          (path: string) => symlinkSync("/proc/self/fdinfo", path),
          (path: string) => `${path}/a: no folder can be made there`
        ] as (typeof IN_THE_WAY)[number]
      ]
    : [])
];

describe.each(IN_THE_WAY)("%s in place of a folder", (_what, put, found) => {
  it("is named by who makes a folder below it, at any depth", async () => {
    for (const below of ["a", "a/b/c"]) {
      const path = join(await temporaryProject(), "place");
      put(path);
      expectClear(await refusalOfPromise(makeFolder(join(path, below))), found(path));
    }
  });
  it("is named by every way to write into a store, and nothing is made", async () => {
    const writes: ((place: LocalFolder) => Promise<unknown>)[] = [
      (place) => place.put("place/a/one.json", "{}"),
      (place) => place.putIfAbsent("place/a/one.json", "{}"),
      (place) => place.append("place/a/one.log", "{}"),
      (place) => place.stage("place/a/b")
    ];
    for (const write of writes) {
      const root = await temporaryProject();
      const before = readdirSync(root);
      const path = join(root, "place");
      put(path);
      expectClear(await refusalOfPromise(write(new LocalFolder(root))), found(path));
      expect(readdirSync(root)).toEqual([...before, "place"].sort());
    }
  });
});

it("folders are made by many at once, none of whom takes another's for a place where none can be made", async () => {
  for (let i = 0; i < 20; i++) {
    const path = join(await temporaryProject(), "a/b/c/d");
    await Promise.all(Array.from({length: 8}, () => makeFolder(path)));
    expect(existsSync(path)).toBe(true);
  }
});

it("a store that was removed while it is used is not made anew", async () => {
  const workspace = await openWorkspace(await temporaryProject());
  rmSync(workspace.dir, {recursive: true});
  for (const write of [
    () => workspace.place.put("runs/a.json", "{}"),
    () => workspace.place.putIfAbsent("runs/a.json", "{}"),
    () => workspace.place.append("runs/a.log", "{}"),
    () => workspace.place.stage("runs")
  ])
    expectClear(await refusalOfPromise(write()), `${workspace.dir} was removed meanwhile`);
  expect(existsSync(workspace.dir)).toBe(false);
});

it("no module makes folders with Node's `recursive`, which never ends in /proc", () => {
  const files = readdirSync("src", {recursive: true, encoding: "utf8"}).filter((one) => one.endsWith(".ts"));
  const found = files.filter((one) =>
    /\bmkdir(Sync)?\([^;]*recursive: true/.test(readFileSync(join("src", one), "utf8"))
  );
  expect(found).toEqual([]);
});
