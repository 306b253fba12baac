// @module-tag long
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {checkItem, figuresOf} from "./checkItem.js";
import {compare, Published} from "./compare.js";
import type {Figure} from "./figure.js";
import {itemFolder} from "./itemFolder.js";
import {openItem} from "./item.js";
import {readers} from "./readers/index.js";
import {runConformance} from "./runConformance.js";

const root = resolve(import.meta.dirname, "../..");
const shared = join(process.env.ASSAY_SHARED ?? join(root, "../shared"), "data");

const solution = (text: string, correct: boolean) => ({is_correct: correct, solution: text});
const mathItem = (correct: number) => ({
  "questions.jsonl": [
    {question: "1+1?", answer: "so 1+1\n#### 2"},
    {question: "2000*2?", answer: "#### 4,000"},
    {question: "3?", answer: "#### 3"}
  ],
  "samples.jsonl": [
    {question: "2000*2?", other_model: solution("it is\nA: 4000", true)},
    {question: "1+1?", other_model: solution("A: 3\nA: $2.00 in all", true)},
    {question: "3?", other_model: solution("3", false)}
  ],
  "expected.json": {per_model: {other_model: {correct, accuracy: correct / 3}}}
});

describe("compare", () => {
  const check = async (published: unknown, figure: Partial<Figure>) => {
    const folder = await itemFolder({"expected.json": published});
    return compare(new Published(folder), [
      {name: "x", published: {file: "expected.json", path: ["a"]}, ...figure} as Figure
    ])[0]!.within;
  };
  it("allows differences up to the tolerance", async () => {
    expect(await check({a: 1}, {ours: 1.05, tolerance: 0.05})).toBe(true);
    expect(await check({a: 1}, {ours: 1.06, tolerance: 0.05})).toBe(false);
    expect(await check({a: 1}, {ours: 0.94, tolerance: 0.05})).toBe(false);
    expect(await check({a: 1}, {ours: 1.0000001})).toBe(false);
    expect(await check({a: 1}, {ours: undefined})).toBe(false);
    expect(await check({a: 1}, {ours: NaN, tolerance: 5})).toBe(false);
  });
  it("compares lists element by element, sorted when asked", async () => {
    expect(await check({a: [1, 2]}, {ours: [1, 2]})).toBe(true);
    expect(await check({a: [1, 2]}, {ours: [2, 1]})).toBe(false);
    expect(await check({a: [1, 2]}, {ours: [2, 1], sorted: true})).toBe(true);
    expect(await check({a: [1, 2]}, {ours: [1]})).toBe(false);
  });
  it("knows when nothing is published, and then computes nothing", async () => {
    const never = () => {
      throw new Error("computed");
    };
    expect(await check({b: 1}, {ours: never})).toBeUndefined();
    expect(await check({a: null}, {ours: never})).toBeUndefined();
    const published = {file: "expected.json", path: ["a"], when: {path: ["base"], is: "one"}};
    expect(await check({a: 1, base: "two"}, {ours: never, published})).toBeUndefined();
    expect(await check({a: 1, base: "one"}, {ours: () => 1, published})).toBe(true);
  });
  it("counts the rows that differ, and wants all rows", async () => {
    const lines = [
      {key: 7, ok: [true, false]},
      {key: 8, ok: [true]}
    ];
    const folder = await itemFolder({"verdicts.jsonl": lines});
    const publishedRows = {file: "verdicts.jsonl", path: ["ok"], key: "key"};
    const within = (rows: object[], mayDiffer = 0) =>
      compare(new Published(folder), [{name: "x", rows, publishedRows, mayDiffer} as Figure])[0]!.within;
    const good = [
      {key: 8, ours: [true]},
      {key: 7, ours: [true, false]}
    ];
    const bad = [
      {key: 8, ours: [true]},
      {key: 7, ours: [true, true]}
    ];
    expect(within(good)).toBe(true);
    expect(within(bad)).toBe(false);
    expect(within(bad, 1)).toBe(true);
    expect(within(good.slice(1), 1)).toBe(false);
    expect(within([], 9)).toBe(false);
  });
});

describe("an item", () => {
  it("does not let a reader open its published figures", async () => {
    const item = openItem(await itemFolder(mathItem(2)));
    expect(item.files).toEqual(["questions.jsonl", "samples.jsonl"]);
    for (const path of [
      "expected.json",
      "./expected.json",
      "../some-item/expected.json",
      "../other/samples.jsonl"
    ])
      for (const open of [item.text, item.path, item.json, item.records])
        expect(() => open(path), path).toThrow(/comparer|no file of the item/);
  });
  it("tells its readers of the published figures the settings alone, and takes a link for what it leads to", async () => {
    const folder = await itemFolder({
      "expected.json": {hinge: {options: {beta: 0.25}, lora: {loss: 0.0454}}, train: {steps: []}},
      "real.json": [1]
    });
    symlinkSync(join(folder, "real.json"), join(folder, "linked.json"));
    symlinkSync(folder, join(folder, "itself"));
    symlinkSync(join(folder, "none"), join(folder, "broken"));
    const item = openItem(folder);
    expect([...item.options()]).toEqual([["hinge", {beta: 0.25}]]);
    expect(item.files).toEqual(["linked.json", "real.json"]);
    expect(item.holds("itself")).toBe(true);
    expect(() => item.holds("expected.json")).toThrow(/comparer/);
  });
  it("gives its readers no other way to files: they open none themselves", () => {
    const folder = join(import.meta.dirname, "readers");
    const sources = readdirSync(folder, {recursive: true, encoding: "utf8"})
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    expect(sources.length).toBeGreaterThan(19);
    for (const source of sources) {
      expect(source).not.toMatch(/node:child_process|compare\.js|Published\(/);
      // Libraries open a checkpoint's folder themselves; one that lacks files is put together in a temporary folder.
      if (!source.includes("copyFile")) expect(source).not.toMatch(/node:fs/);
    }
  });
  it("is read before anything published is opened, and the same without it", async () => {
    const unpublished: Partial<ReturnType<typeof mathItem>> = mathItem(2);
    delete unpublished["expected.json"];
    const names = async (files: Record<string, unknown>) => {
      const item = openItem(await itemFolder(files));
      const figures = await figuresOf(
        item,
        readers.filter((reader) => reader.matches(item))
      );
      return JSON.stringify(figures);
    };
    expect(await names(mathItem(3))).toBe(await names(unpublished));
  });
  it("is recognised by the shape of its files, whatever folder and models are called", async () => {
    const {status, comparisons} = await checkItem(await itemFolder(mathItem(2), "renamed"));
    expect(comparisons.map(({figure, within}) => [figure, within])).toEqual([
      ["other_model: solutions with the right number", true],
      ["other_model: accuracy", true],
      ["other_model: each solution's is_correct", true]
    ]);
    expect(status).toBe("passed");
  });
  it("fails when one published figure is another", async () => {
    expect((await checkItem(await itemFolder(mathItem(3)))).status).toBe("failed");
  });
  it("fails when nothing is published to compare with, and when a reader cannot read it", async () => {
    const unpublished = {"cost.json": [{what: "x", minutes: 1, usd_per_hour: 1}]};
    expect(await checkItem(await itemFolder(unpublished))).toMatchObject({
      status: "failed",
      problem: expect.stringContaining("nothing published")
    });
    const torn = {
      ...mathItem(2),
      "samples.jsonl": [{question: "?", m: solution("A: 1", true)}, {question: "3?"}]
    };
    expect(await checkItem(await itemFolder(torn))).toMatchObject({
      status: "failed",
      problem: expect.any(String)
    });
  });
  it("of no known kind is unknown", async () => {
    expect(await checkItem(await itemFolder({"data.json": {hello: 1}}))).toEqual({
      status: "unknown",
      comparisons: []
    });
  });
});

describe("npm run conformance", () => {
  const run = async (...args: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const status = await runConformance(args, {
      log: (line) => out.push(line),
      error: (line) => err.push(line)
    });
    return {last: out.at(-1), stdout: out.join("\n"), stderr: err.join("\n"), status};
  };
  const cost = (usd: number) => ({"cost.json": [{what: "x", minutes: 30, usd_per_hour: 2, cost_usd: usd}]});
  it("ends with the count, and fails for a wrong figure", async () => {
    const good = resolve(await itemFolder(cost(1), "good"), "..");
    const {stdout, status} = spawnSync(
      process.execPath,
      ["--import", "tsx", "test/conformance/main.ts", good],
      {
        cwd: root,
        encoding: "utf8"
      }
    );
    expect({last: stdout.trimEnd().split("\n").at(-1), status}).toEqual({
      last: "1 passed, 0 failed",
      status: 0
    });
    const bad = await itemFolder(cost(2), "bad");
    expect(await run(resolve(bad, ".."))).toMatchObject({last: "0 passed, 1 failed", status: 1});
  });
  it("looks into a folder that has a README beside its items", async () => {
    const group = resolve(await itemFolder(cost(1), "golden/group/good"), "..");
    writeFileSync(join(group, "README.md"), "How these were made.");
    expect(await run(resolve(group, ".."))).toMatchObject({last: "1 passed, 0 failed", status: 0});
  });
  it("lists an item of unknown kind, which fails only with --all, and takes items by name", async () => {
    const collection = resolve(await itemFolder({"data.json": {hello: 1}}, "strange"), "..");
    const plain = await run(collection);
    expect(plain).toMatchObject({last: "0 passed, 0 failed", status: 0});
    expect(plain.stdout).toContain("no reader knows this kind of item");
    expect(await run(collection, "--all")).toMatchObject({last: "0 passed, 1 failed", status: 1});
    expect(await run(collection, "absent")).toMatchObject({
      last: "0 passed, 1 failed",
      status: 1,
      stderr: expect.stringContaining("absent")
    });
  });
  it("lists a published figure that nothing computes, which fails only with --all", async () => {
    const files = {...mathItem(2), "expected.json": {...mathItem(2)["expected.json"], median_length: 7}};
    const collection = resolve(await itemFolder(files, "more"), "..");
    const plain = await run(collection);
    expect(plain).toMatchObject({last: "1 passed, 0 failed", status: 0});
    expect(plain.stdout).toMatch(/median_length +7 +not reproduced: no reader computes it/);
    expect(await run(collection, "--all")).toMatchObject({last: "0 passed, 1 failed", status: 1});
  });
  it("takes one item, nested collections, names with blanks, and other files beside an item's", async () => {
    const item = await itemFolder({...cost(1), "notes.json": {hello: 1}}, "with blanks/deep one");
    writeFileSync(join(item, "broken.json"), "{");
    writeFileSync(join(item, "broken.jsonl"), "no object\n");
    expect(await run(item)).toMatchObject({last: "1 passed, 0 failed", status: 0});
    expect(await run(resolve(item, "../.."))).toMatchObject({last: "1 passed, 0 failed", status: 0});
    expect(await run(resolve(item, "../.."), "deep one")).toMatchObject({
      last: "1 passed, 0 failed",
      status: 0
    });
  });
  it("prints no control character of the data", async () => {
    const steering = [{what: "red \u001b[31m", minutes: 30, usd_per_hour: 2, cost_usd: 1}];
    const {stdout} = await run(await itemFolder({"cost.json": steering}));
    expect(stdout).toContain("red �[31m");
  });
  it("explains how it is used", async () => {
    expect(await run()).toMatchObject({status: 2, stderr: expect.stringContaining("Usage")});
    expect(await run("--none")).toMatchObject({status: 2, stderr: expect.stringContaining("Usage")});
    const item = await itemFolder(cost(1));
    for (const [path, reason] of [
      ["/no/such/folder", "does not exist"],
      [join(item, "cost.json"), "is a file"],
      [await temporaryProject(), "holds no items"]
    ] as const) {
      const {status, stderr} = await run(path);
      expect({status, stderr}).toEqual({status: 2, stderr: expect.stringContaining(`${path} ${reason}`)});
    }
  });
});

const absent = existsSync(shared) ? "" : " (skipped: the shared collections are not here; set ASSAY_SHARED)";
if (absent) console.log(`published collections${absent}`);
describe.skipIf(absent !== "")(`the published collections${absent}`, () => {
  it("each have at most one reader", () => {
    const kinds = readdirSync(shared).map((name) =>
      readers.filter((reader) => reader.matches(openItem(join(shared, name)))).map(({kind}) => kind)
    );
    expect(kinds.filter((list) => list.length > 1)).toEqual([]);
    expect(kinds.flat().length).toBeGreaterThanOrEqual(13);
  });
  it("solutions of word problems: 286 and 458 of 1319 are right, through recorded endpoint and runner", async () => {
    const {status, comparisons} = await checkItem(join(shared, "gsm8k-recorded-solutions"));
    expect(comparisons.filter(({within}) => !within)).toEqual([]);
    const right = comparisons.filter(({figure}) => figure.endsWith("solutions with the right number"));
    expect(right.map(({ours}) => ours).sort()).toEqual(["286", "458"]);
    expect(status).toBe("passed");
  });
});
