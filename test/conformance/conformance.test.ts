import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {checkItem} from "./checkItem.js";
import {compare} from "./compare.js";
import {type Figure} from "./figure.js";
import {openItem} from "./item.js";
import {readers} from "./readers/index.js";

const root = resolve(import.meta.dirname, "../..");
const shared = join(process.env.ASSAY_SHARED ?? join(root, "../shared"), "data");

/** A collection with one item of the given files: objects become JSON, lists of objects JSONL. */
async function itemFolder(files: Record<string, unknown>, name = "some-item"): Promise<string> {
  const folder = join(await temporaryProject(), name);
  mkdirSync(folder, {recursive: true});
  for (const [file, content] of Object.entries(files)) {
    const lines = file.endsWith(".jsonl")
      ? (content as object[]).map((line) => JSON.stringify(line)).join("\n") + "\n"
      : JSON.stringify(content);
    writeFileSync(join(folder, file), lines);
  }
  return folder;
}

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
    return compare(folder, [
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
      compare(folder, [{name: "x", rows, publishedRows, mayDiffer} as Figure])[0]!.within;
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
    expect(() => item.json("expected.json")).toThrow("comparer");
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
  const run = (...args: string[]) => {
    const {stdout, stderr, status} = spawnSync(
      process.execPath,
      ["--import", "tsx", "test/conformance/main.ts", ...args],
      {cwd: root, encoding: "utf8"}
    );
    return {last: stdout.trimEnd().split("\n").at(-1), stdout, stderr, status};
  };
  it("ends with the count, and fails for a wrong figure", async () => {
    const cost = (usd: number) => ({"cost.json": [{what: "x", minutes: 30, usd_per_hour: 2, cost_usd: usd}]});
    const good = await itemFolder(cost(1), "good");
    expect(run(resolve(good, ".."))).toMatchObject({last: "1 passed, 0 failed", status: 0});
    const bad = await itemFolder(cost(2), "bad");
    expect(run(resolve(bad, ".."))).toMatchObject({last: "0 passed, 1 failed", status: 1});
  });
  it("lists an item of unknown kind, which fails only with --all, and takes items by name", async () => {
    const collection = resolve(await itemFolder({"data.json": {hello: 1}}, "strange"), "..");
    const plain = run(collection);
    expect(plain).toMatchObject({last: "0 passed, 0 failed", status: 0});
    expect(plain.stdout).toContain("no reader knows this kind of item");
    expect(run(collection, "--all")).toMatchObject({last: "0 passed, 1 failed", status: 1});
    expect(run(collection, "absent")).toMatchObject({
      last: "0 passed, 1 failed",
      status: 1,
      stderr: expect.stringContaining("absent")
    });
  });
  it("explains how it is used", () => {
    expect(run()).toMatchObject({status: 2, stderr: expect.stringContaining("Usage")});
    expect(run("/no/such/folder")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("/no/such/folder")
    });
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
