import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {compiled} from "../support/compiledEngine.js";

const engine = JSON.stringify(compiled("index.js"));

it(
  "another group of unchanged rows is another split, another run, and no gate passes by the one before",
  {tags: ["long"]},
  async () => {
    const project = await temporaryProject();
    for (const name of ["data-loaders", "evals"]) await mkdir(join(project, name));
    await writeFile(join(project, "package.json"), JSON.stringify({type: "module"}));
    const write = definitionFile(join(project, "data-loaders"), "mails.ts");
    const state = (group: string) =>
      write(
        `import {defineDataset} from ${engine};
const rows = Array.from({length: 200}, (_, i) => ({id: "m" + i, text: "what is " + i, answer: String(i % 2), thread: "t" + (i >> 1), customer: "c" + (i % 20)}));
export default defineDataset({name: "mails", id: "id", text: "text", label: "answer", group: "${group}", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
      );
    await writeFile(
      join(project, "evals", "mails.eval.ts"),
      `import {candidate, defineEval, normalizedMatch, recorded} from ${engine};
const answers = Array.from({length: 200}, (_, i) => ({id: "m" + i, output: String(i % 2)}));
export default defineEval({dataset: "mails", split: {strategy: "random", test: 0.5}, prompt: "{{text}}", expected: "answer",
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
    for (const words of [["pull"], ["run"]]) expect((await assayHere(project, ...words)).code).toBe(0);
    expect(await clusters()).toEqual(["t"]);
    expect((await assayHere(project, "run")).stdout).toContain("nothing to do");

    await state("customer");
    expect((await assayHere(project, "pull")).code).toBe(0);
    const check = await assayHere(project, "check");
    expect(check.code).toBe(101);
    expect(check.stdout + check.stderr).toContain("the split");
    const run = await assayHere(project, "run");
    expect([run.code, run.stdout]).toEqual([0, expect.not.stringContaining("nothing to do") as string]);
    expect(await clusters()).toEqual(["c"]);
    expect((await assayHere(project, "check")).code).toBe(0);

    await state("thread");
    await assayHere(project, "pull");
    expect((await assayHere(project, "run")).stdout).toContain("nothing to do");
  }
);
