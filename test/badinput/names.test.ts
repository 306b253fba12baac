import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it, vi} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../src/data/datasets/index.js";
import {checkFinetune, type FinetuneDefinition} from "../../src/training/finetunes/index.js";
import {job, type JobDefinition} from "../../src/training/jobs/index.js";
import {defineEval} from "../../src/evals/runner/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {temporaryProject, temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {expectClear, refusalOf, refusalOfPromise} from "./support.js";

const named = (name: string): DatasetDefinition => ({
  name,
  source: {kind: "rows", rows: () => [{id: "1", word: name}]},
  id: "id"
});
const tables = [
  "runs",
  "versions",
  "splits",
  "models",
  "scores",
  "items",
  "completions",
  "parts",
  "ledger",
  "final_runs"
];
const long = [120, 124, 125, 126, 127, 128].map((length) => "n".repeat(length));

describe("a dataset's name", () => {
  it.each([...tables, ...long, "Mails", "a.b-c_d", "0"].map((name) => [name]))("may be %s", (name) => {
    expect(() => defineDataset(named(name))).not.toThrow();
  });

  const wrong = [
    "",
    " ",
    "a b",
    "a/b",
    "../a",
    "a..b",
    ".a",
    "-a",
    "_a",
    "a.",
    "n".repeat(129),
    "über",
    "日本",
    "a\u0000b",
    "a\nb",
    "a\u001b[31m",
    "CON",
    "con",
    "nul.txt",
    "Aux",
    "com1",
    "LPT9",
    "prn.a.b",
    "a:b",
    "a\\b",
    "😀"
  ];
  it.each(wrong.map((name) => [name]))("may not be %j", (name) => {
    expectClear(
      refusalOf(() => defineDataset(named(name))),
      "`name`"
    );
  });

  it.each(wrong.slice(1).map((name) => [name]))(
    "may be no eval's, fine-tune's or job's either: %j",
    (name) => {
      for (const define of [
        () =>
          defineEval({
            name,
            dataset: "a",
            split: {strategy: "random"},
            prompt: "a",
            expected: "b",
            scorers: {},
            candidates: []
          }),
        () => checkFinetune({name} as FinetuneDefinition),
        () => job({name} as JobDefinition)
      ])
        expectClear(refusalOf(define), /`name` "/);
    }
  );

  it("may be that of a table of the store, or another's but for case: every command still opens it", async () => {
    const workspace = await temporaryWorkspace();
    for (const name of [...tables, ...long, "Mails", "mails"]) await pull(workspace, named(name));
    const store = await openStore(workspace);
    try {
      expect(await store.rows("select count(*)::int as n from versions")).toEqual([
        {n: tables.length + long.length + 2}
      ]);
      expect(await store.rows("select count(*)::int as n from runs")).toEqual([{n: 0}]);
      expect(await store.rows("select word from dataset_runs")).toEqual([{word: "runs"}]);
      const both = await store.rows<{word: string}>(
        "select word from mails union all select word from dataset_mails"
      );
      expect(both.map(({word}) => word).sort()).toEqual(["Mails", "mails"]);
      store.refresh();
    } finally {
      store.close();
    }
  });
});

describe("the store's folder", () => {
  it("is .assay where ASSAY_DIR is empty", async () => {
    const project = await temporaryProject();
    vi.stubEnv("ASSAY_DIR", "");
    expect((await openWorkspace(project)).dir).toBe(join(project, ".assay"));
    vi.unstubAllEnvs();
  });

  it.each([".", "..", "/"])("is never one that holds the project: %s", async (dir) => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    expectClear(await refusalOfPromise(openWorkspace(project, dir)), "holds the project");
  });
});
