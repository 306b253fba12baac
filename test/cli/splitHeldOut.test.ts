// @module-tag long
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {writeLoader} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {compiled} from "../support/compiledEngine.js";

it("compares splits with a held-out part without holding rows out, and says what is held out by a choice", async () => {
  const project = await temporaryProject();
  const lines = Array.from({length: 120}, (_line, i) => JSON.stringify({id: `r${i}`, label: `l${i % 3}`}));
  writeFileSync(join(project, "rows.jsonl"), lines.join("\n"));
  writeLoader(
    project,
    "rows",
    `{name: "rows", source: {kind: "files", files: "rows.jsonl"}, id: "id", label: "label"}`
  );
  const told = async (...args: string[]) => {
    const {code, stdout} = await assayHere(project, ...args);
    expect([args, code]).toEqual([args, 0]);
    return stdout.replaceAll(/\s+/g, " ");
  };
  await told("pull");
  const compared = await told("split", "rows", "--compare", "--held-out", "0.1");
  expect(compared).toContain(
    "Nothing of this is kept, and no row was held out by it. Choose with `assay split rows --strategy NAME --held-out 0.1`"
  );
  expect(compared).not.toContain("are held out (");
  expect(await told("sql", "select count(*) as n from rows", "--json")).toContain("120");
  expect(await told("sql", "select count(*) as n from splits", "--json")).toMatch(/"n": ?"?0/);
  const refused = await assayHere(project, "split", "rows", "--compare", "--held-out", "0.1", "--leaks");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("keeps no split")]);

  expect(await told("split", "rows", "--strategy", "stratified", "--held-out", "0.1")).toMatch(
    /12 of 120 rows of rows@\w+ are held out \(10\.0%\): all splits together/
  );
  expect(await told("split", "rows", "--strategy", "random", "--held-out", "0.1")).toContain(
    "12 of 120 rows"
  );
  expect(await told("sql", "select count(*) as n from rows", "--json")).toContain("108");
  const held = await told("sql", "select count(*) as n from splits", "--json");
  expect(await told("split", "rows", "--compare")).toContain(
    "Choose with `assay split rows --strategy NAME`, or in an eval."
  );
  expect(await told("sql", "select count(*) as n from splits", "--json")).toBe(held);
});

it("makes the splits of a start that hold rows out before its others, in whatever order an eval states them", async () => {
  const project = await temporaryProject();
  for (const folder of ["data-loaders", "evals"]) mkdirSync(join(project, folder));
  const engine = JSON.stringify(compiled("index.js"));
  const writeDataset = definitionFile(join(project, "data-loaders"), "sums.ts");
  const writeEval = definitionFile(join(project, "evals"), "sums.eval.ts");
  const state = async (rows: number) => {
    await writeDataset(
      `export default {name: "sums", id: "id", text: "text", time: "at", sensitivity: "public", source: {kind: "rows", rows: () =>
        Array.from({length: ${rows}}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2), at: new Date(1.7e12 + i * 864e5)}))}}`
    );
    await writeEval(
      `import {candidate, defineEval, normalizedMatch, recorded} from ${engine};
       const rows = Array.from({length: ${rows}}, (_, i) => ({id: "s" + i, output: "1"}));
       export default defineEval({name: "sums", dataset: "sums", split: [{name: "r", strategy: "random"}, {name: "t", strategy: "temporal", heldOut: 0.1}],
         prompt: "{{text}}", expected: "answer", candidates: [candidate("one", recorded({name: "answers", rows}), "m")], scorers: {exact: normalizedMatch()}});`
    );
  };
  const heldOut = async () => {
    const {stdout} = await assayHere(project, "sql", "select count(*) as n from sums", "--json");
    return Number(/"n": ?"?(\d+)/.exec(stdout)![1]);
  };
  for (const [rows, open] of [
    [100, 90],
    [200, 180]
  ] as const) {
    await state(rows);
    await assayHere(project, "pull");
    const {code, stderr} = await assayHere(project, "run");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("are not held out any more")]);
    expect(await heldOut()).toBe(open);
  }
  writeFileSync(
    join(project, "evals/twice.eval.ts"),
    `import {candidate, defineEval, normalizedMatch, recorded} from ${engine};
     export default defineEval({dataset: "sums", split: [{strategy: "random", seed: "a"}, {strategy: "random", seed: "b"}],
       prompt: "{{text}}", expected: "answer", candidates: [candidate("one", recorded({name: "answers", rows: []}), "m")], scorers: {exact: normalizedMatch()}});`
  );
  expect((await assayHere(project, "run", "twice")).stderr).toContain('two splits called "random"');
});
