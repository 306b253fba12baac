import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {openStore, openWorkspace} from "../../src/store/index.js";
import {assay} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = JSON.stringify(compiled("bundle/index.js"));

it("another group of unchanged rows is another split, another run, and no gate passes by the one before", async () => {
  const project = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(project, name));
  await writeFile(join(project, "package.json"), JSON.stringify({type: "module"}));
  const state = (group: string) =>
    writeFile(
      join(project, "data-loaders", "mails.ts"),
      `import {defineDataset} from ${engine};
export const rows = Array.from({length: 200}, (_, i) => ({id: "m" + i, text: "what is " + i, answer: String(i % 2), thread: "t" + (i >> 1), customer: "c" + (i % 20)}));
export default defineDataset({name: "mails", id: "id", text: "text", label: "answer", group: "${group}", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
    );
  await writeFile(
    join(project, "evals", "mails.eval.ts"),
    `import {candidate, defineEval, normalizedMatch, recorded} from ${engine};
import dataset, {rows} from "../data-loaders/mails.js";
const answers = rows.map(({id, answer}) => ({id, output: answer}));
export default defineEval({dataset, split: {strategy: "random", test: 0.5}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: answers}), "m")], scorers: {exact: normalizedMatch()}, gate: [{minScore: 0.5}]});`
  );
  const clusters = async () => {
    const store = await openStore(await openWorkspace(project));
    try {
      const [run] = (await store.runs()).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
      return (
        await store.rows<{cluster: string}>(
          `select distinct cluster[1:1] as cluster from items where run = '${run!.id}' order by all`
        )
      ).map(({cluster}) => cluster);
    } finally {
      store.close();
    }
  };
  await state("thread");
  for (const words of [["pull"], ["run"]]) expect((await assay(project, ...words)).code).toBe(0);
  expect(await clusters()).toEqual(["t"]);
  expect((await assay(project, "run")).stdout).toContain("nothing to do");

  await state("customer");
  expect((await assay(project, "pull")).code).toBe(0);
  const check = await assay(project, "check");
  expect(check.code).toBe(101);
  expect(check.stdout + check.stderr).toContain("the split");
  const run = await assay(project, "run");
  expect([run.code, run.stdout]).toEqual([0, expect.not.stringContaining("nothing to do") as string]);
  expect(await clusters()).toEqual(["c"]);
  expect((await assay(project, "check")).code).toBe(0);

  await state("thread");
  await assay(project, "pull");
  expect((await assay(project, "run")).stdout).toContain("nothing to do");
});
