import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {expect, it} from "vitest";
import {listRaces} from "../../src/races/index.js";
import {openWorkspace} from "../../src/store/index.js";
import type {Ended} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = resolve(import.meta.dirname, "../../src/index.js");

interface Names {
  dataset?: string;
  split?: string;
}

/** A project whose eval of 40 rows `name` writes anew, with other names of the same. */
async function project(more = "") {
  const folder = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  const writeDataset = definitionFile(join(folder, "data-loaders"), "sums.ts");
  const writeEval = definitionFile(join(folder, "evals"), "sums.eval.ts");
  const name = async ({dataset = "sums", split = "halves"}: Names) => {
    const datasetFile = await writeDataset(
      `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 80}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2)}));
export default defineDataset({name: ${JSON.stringify(dataset)}, id: "id", text: "text", label: "answer", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
    );
    const evalFile = await writeEval(
      `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/${datasetFile}";
const answering = (name, wrong) => candidate(name, recorded({name, rows: rows.map(({id, answer}) => ({id, output: wrong ? "none" : answer}))}), "m");
export default defineEval({name: "sums", dataset, split: {name: ${JSON.stringify(split)}, strategy: "random", test: 0.5, validation: 0}, prompt: "{{text}}", expected: "answer",
  candidates: [answering("one", false), answering("other", true)], scorers: {exact: normalizedMatch()}, gate: [{minScore: 0.6}], ${more}});`
    );
    return evalFile;
  };
  const call = (...words: string[]) => assayHere(folder, ...words);
  return {folder, name, call};
}

const judgedIn = ({stdout}: Ended) => (JSON.parse(stdout) as {run: string}[]).map(({run}) => run);

it("makes a run under the new name of a dataset or split, of the answers that the store holds", async () => {
  const {name, call} = await project();
  await name({});
  await call("run");
  const [first] = judgedIn(await call("check", "--json"));
  for (const names of [{dataset: "totals"}, {split: "parts"}]) {
    await name(names);
    const made = await call("run");
    expect(made.stdout).toContain("0 calls made");
    const check = await call("check", "--json");
    expect(check.code).toBe(0);
    expect(judgedIn(check)).toEqual([expect.stringMatching(new RegExp(`^${first}-\\d$`))]);
    expect((await call("run")).stdout).toContain("nothing to do: the store holds this run");
  }
  await name({});
  expect((await call("run")).stdout).toContain("nothing to do: the store holds this run");
  expect(judgedIn(await call("check", "--json"))).toEqual([first]);
});

it("names two splits of two evals that are the same but for the name as each eval does", async () => {
  const {folder, name, call} = await project();
  const text = await readFile(join(folder, "evals", await name({})), "utf8");
  const again = text.replace('name: "sums"', 'name: "again"').replace('name: "halves"', 'name: "mine"');
  await writeFile(join(folder, "evals", "again.eval.ts"), again);
  await call("run");
  const check = await call("check", "--json");
  expect(check.code).toBe(0);
  expect(JSON.parse(check.stdout)).toMatchObject([
    {eval: "again", split: "mine"},
    {eval: "sums", split: "halves"}
  ]);
});

it("races a renamed dataset under a record of its own", async () => {
  const {folder, name, call} = await project("race: true");
  const records = async () =>
    (await listRaces(await openWorkspace(folder))).map(({id, dataset}) => [id, dataset.name]);
  await name({});
  await call("run");
  const [first] = await records();
  await name({dataset: "totals"});
  await call("run");
  expect((await call("check")).code).toBe(0);
  await name({});
  await call("run");
  expect((await call("check")).code).toBe(0);
  const found = await records();
  expect(found).toHaveLength(2);
  expect(found).toEqual(expect.arrayContaining([first, [expect.any(String), "totals"]]));
});

it("names in a purge what holds the same rows under another name", async () => {
  const {name, call} = await project();
  await name({});
  await call("run");
  const [run] = judgedIn(await call("check", "--json"));
  await name({dataset: "totals"});
  await call("run");
  const where = ["purge", "totals", "--where", "id in ('s3', 's4', 's5', 's6', 's7', 's8')"];
  const dry = await call(...where, "--dry-run");
  expect(dry.stdout).toMatch(/would NOT be erased: 6 equal rows in version sums@\w+; purge sums too/);
  const real = await call(...where, "--reason", "a request");
  expect(real.stdout).toMatch(/ {2}NOT erased: 6 equal rows in version sums@\w+; purge sums too/);
  expect(real.stdout).toMatch(
    new RegExp(`NOT erased: \\d equal rows? in run ${run} on sums; purge sums too`)
  );
  const other = await call("purge", "sums", ...where.slice(2), "--reason", "a request");
  expect(other.stdout).toContain(`run ${run}`);
  expect(other.stdout).not.toContain("equal row");
});
