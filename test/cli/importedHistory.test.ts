// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, expect, it, vi} from "vitest";
import {checkHistory} from "../../src/cli/evals/check/checkHistory.js";
import {importResults} from "../../src/cli/evals/verdict/importResults.js";
import type {NamedEval} from "../../src/cli/project/project.js";
import type {HistoryEntry} from "../../src/evals/decisions/index.js";
import {imported} from "../../src/evals/importedResults/index.js";
import {defineEval} from "../../src/evals/runner/index.js";
import {openStore, openWorkspace, type Store} from "../../src/base/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

let folder: string;
let store: Store;
const definition = defineEval({source: imported({files: ["results.csv"]})});
const old: NamedEval = {name: "old", path: "evals/old.eval.ts", sha256: "0", definition};

beforeEach(async () => {
  folder = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", folder);
  store = await openStore(await openWorkspace(folder, join(folder, ".assay")));
});
afterEach(() => {
  store.close();
  vi.unstubAllEnvs();
});

interface Results {
  /** Numbers of the rows that the file has. */
  rows: readonly number[];
  /** Rows below this number are answered wrongly. */
  wrong: number;
}

async function write(file: string, {rows, wrong}: Results): Promise<void> {
  const lines = rows.map((i) => `r${i},one,what of ${i}?,${i < wrong ? 0 : 1}`);
  await writeFile(join(folder, file), ["row,candidate,input,score", ...lines].join("\n"));
}

async function read(...files: string[]): Promise<void> {
  await new Promise((done) => setTimeout(done, 5));
  await importResults(store.workspace, {files}, {name: "old", command: "assay run old"});
  store.refresh();
}

async function give(results: Results): Promise<void> {
  await write("results.csv", results);
  await read("results.csv");
}

const upTo = (end: number, from = 0) => Array.from({length: end - from}, (_, i) => from + i);

async function checked(): Promise<{code: number; text: string; last?: HistoryEntry}> {
  const printed = async (options: {json?: boolean}) => {
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const code = await checkHistory(store, [old], options);
      return {code, text: written.mock.calls.map(([text]) => text).join("")};
    } finally {
      written.mockRestore();
    }
  };
  const entries = JSON.parse((await printed({json: true})).text) as HistoryEntry[];
  return {...(await printed({})), last: entries.at(-1)};
}

it("says of a fall after other result files that these changed, and never that chance did it", async () => {
  await give({rows: upTo(120), wrong: 0});
  const first = await checked();
  expect(first.text).toContain("old: it has one complete run; other result files make the second.");
  expect(first.text).not.toContain("--no-reuse");
  await give({rows: upTo(119), wrong: 6});
  const {code, text, last} = await checked();
  expect(last).toMatchObject({status: "undecided", strong: false});
  expect(last!.changed).toEqual([
    {kind: "data", what: "the result files"},
    {kind: "rows", what: "1 row fewer"}
  ]);
  expect(text).toMatch(/undecided .+ {2}the result files; 1 row fewer$/m);
  expect(code).toBe(0);
});

it("calls a fall beyond doubt drifted, since what was asked is not known", async () => {
  await give({rows: upTo(120), wrong: 0});
  await give({rows: upTo(122, 4), wrong: 60});
  const {code, last} = await checked();
  expect(last).toMatchObject({status: "drifted", rows: 116});
  expect(last!.changed!.map(({what}) => what)).toEqual(["the result files", "4 rows gone, 2 new"]);
  expect(code).toBe(100);
});

it("asks for more result files where strong evidence is no alarm yet", async () => {
  await give({rows: upTo(120), wrong: 0});
  await give({rows: upTo(120), wrong: 12});
  const {code, text, last} = await checked();
  expect(last).toMatchObject({status: "undecided", strong: true});
  expect(text).toContain("More runs confirm it or not (of other result files).");
  expect(code).toBe(101);
});

it("says that nothing is known where the files are the same under other names", async () => {
  await write("good.csv", {rows: upTo(120), wrong: 0});
  await write("bad.csv", {rows: upTo(120), wrong: 6});
  await read("one=good.csv", "two=bad.csv");
  await read("two=good.csv", "one=bad.csv");
  const {text} = await checked();
  expect(text).toMatch(/undecided .+ one .+ {2}nothing known: result files do not say what was asked$/m);
  expect(text).toContain("0 flaky, 1 undecided, 1 steady");
});
