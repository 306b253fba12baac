import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = compiled("bundle/index.js");

it(
  "is undecided on every split and part that an eval states and has no run on",
  {tags: ["long"]},
  async () => {
    const folder = await temporaryProject();
    for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
    await writeFile(
      join(folder, "data-loaders", "sums.ts"),
      `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 80}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2), pair: "p" + (i >> 1)}));
export default defineDataset({name: "sums", id: "id", text: "text", label: "answer", group: "pair", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
    );
    const write = definitionFile(join(folder, "evals"), "sums.eval.ts");
    const state = (splits: object[], more = "") =>
      write(
        `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/sums.js";
export default defineEval({name: "sums", dataset, split: ${JSON.stringify(splits)}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: rows.map(({id, answer}) => ({id, output: answer}))}), "m")],
  scorers: {exact: normalizedMatch()}, gate: [{minScore: 0.6}], ${more}});`
      );
    const check = (...words: string[]) => assayHere(folder, "check", ...words);
    const random = {name: "r", strategy: "random", test: 0.5};
    const group = {name: "bygroup", strategy: "group"};
    await state([random]);
    await assayHere(folder, "run");
    expect((await check()).code).toBe(0);

    await state([random, group]);
    const shown = await check("sums", "--markdown", "comment.md", "--junit", "gates.xml");
    expect(shown.code).toBe(101);
    expect(shown.stdout).toMatch(
      /^sums \(bygroup\): it states a gate and has no run\. Run `assay run sums`\./m
    );
    expect(shown.stdout).toMatch(/^pass +sums \(r\) /m);
    const comment = await readFile(join(folder, "comment.md"), "utf8");
    expect(comment).toMatch(/^### Assay: 1 of 2 gates undecided\n/);
    expect(comment).toContain("**sums** (bygroup): it states a gate and has no run.");
    expect(await readFile(join(folder, "gates.xml"), "utf8")).toContain(
      '<testsuite name="sums (bygroup)" tests="1" failures="0" errors="1">'
    );
    const listed = await check("--json");
    expect(listed.code).toBe(101);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      {eval: "sums", split: "r", part: "test", results: [{status: "pass"}]},
      {eval: "sums", split: "bygroup", part: "test", run: null, results: [{status: "undecided"}]}
    ]);

    await state([random], 'part: "validation"');
    expect((await check()).stdout).toMatch(/^sums \(r, validation\): it states a gate and has no run\./m);

    await state([random, group]);
    const rebuilt = await assayHere(folder, "rebuild", "--no-build");
    expect(rebuilt.code).toBe(0);
    expect(rebuilt.stdout).toMatch(/^pass +sums \(bygroup\) /m);
  }
);
