// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {engine, judgedIn, pages, project} from "./support/statedProject.js";

it("judges and shows the run of the definition that an eval goes back to", {tags: ["long"]}, async () => {
  const {folder, state, call} = await project();
  await state({right: 10});
  expect((await call("rebuild", "--no-build")).code).toBe(100);
  const {
    current: [bad]
  } = await pages(folder);
  await state({right: 40});
  expect((await call("rebuild", "--no-build")).code).toBe(0);
  const {
    current: [good]
  } = await pages(folder);
  expect(good).not.toBe(bad);

  await state({right: 10});
  const back = await call("rebuild", "--no-build");
  expect(back.stdout).toContain("nothing to do: the store holds this run");
  expect(back.stdout).toMatch(/fail +sums \(given\) +one +score at least 60\.0 +25\.0/);
  expect(back.code).toBe(100);
  const check = await call("check", "--json");
  expect([check.code, judgedIn(check)]).toEqual([100, [bad]]);
  const verdict = await call("verdict", "sums", "--min-score", "0.6", "--json");
  expect([verdict.code, (JSON.parse(verdict.stdout) as {run: string}).run]).toEqual([100, bad]);

  // In the order in which they were last asked for; the same again writes nothing.
  const shown = await pages(folder);
  expect(shown).toMatchObject({current: [bad], history: [good, bad]});
  expect(shown.times).toEqual(shown.times!.toSorted());
  await call("rebuild", "--no-build");
  expect((await pages(folder)).fingerprint).toBe(shown.fingerprint);
  const entries = JSON.parse((await call("check", "--history", "--json")).stdout) as object[];
  expect(entries).toMatchObject([{before: good, run: bad, newest: true}]);
  expect((await call("runs")).stdout).toMatch(new RegExp(`${bad} .*asked for again`));
});

it("passes no gate by a run of another definition, and names in what it is another", async () => {
  const {folder, state, call} = await project();
  await state({});
  expect((await call("rebuild", "--no-build")).code).toBe(0);
  const {
    current: [run]
  } = await pages(folder);
  // What decides nothing of a run is no other definition.
  await state({minScore: 0.7});
  expect((await call("check")).code).toBe(0);

  await state({prompt: "Sum: {{text}}", seed: "2"});
  const check = await call("check", "--markdown", "comment.md");
  expect(check.code).toBe(101);
  expect(check.stdout).toMatch(
    /undecided .*in sums-\w+, which is of another definition \(the prompt, the seed\)/
  );
  expect(check.stderr).toContain("`assay run sums` makes a run of the present one.");
  const named = await call("verdict", "sums", "--min-score", "0.6");
  expect([named.code, named.stderr]).toEqual([101, expect.stringContaining("of another definition")]);
  // A run that is named by its id is judged as it is.
  expect((await call("verdict", run!, "--min-score", "0.6")).code).toBe(0);

  await state({right: 39});
  expect((await call("check")).stdout).toContain("another definition (the candidate one)");
  await state({column: "other", part: "validation"});
  expect((await call("check")).stdout).toContain("another definition (the split)");
  await state({});
  expect((await call("check")).code).toBe(0);
});

it("takes imported results that come back for current", async () => {
  const folder = await temporaryProject();
  await mkdir(join(folder, "evals"));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(folder, "evals", "given.eval.ts"),
    `import {defineEval, imported} from ${JSON.stringify(engine)};
export default defineEval({source: imported({files: ["results.csv"]}), gate: [{minScore: 0.5}]});`
  );
  const give = (right: number) =>
    writeFile(
      join(folder, "results.csv"),
      ["row,candidate,score", ...Array.from({length: 40}, (_, i) => `r${i},one,${i < right ? 1 : 0}`)].join(
        "\n"
      )
    );
  const codes: (number | null)[] = [];
  for (const right of [5, 40, 5]) {
    await give(right);
    await assayHere(folder, "run");
    codes.push((await assayHere(folder, "check")).code);
  }
  expect(codes).toEqual([100, 0, 100]);
  await give(39);
  const other = await assayHere(folder, "check");
  expect(other.stdout).toContain("another definition (the result files)");
  expect(other.code).toBe(101);
});

it("passes no gate on imported results whose files are missing, broken or named for another candidate", async () => {
  const folder = await temporaryProject();
  await mkdir(join(folder, "evals"));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  const write = definitionFile(join(folder, "evals"), "given.eval.ts");
  const state = (source: object) =>
    write(
      `import {defineEval, imported} from ${JSON.stringify(engine)};
export default defineEval({name: "given", source: imported(${JSON.stringify(source)}), gate: [{candidate: "a", minScore: 0.5}]});`
    );
  const rows = (strict: number) =>
    Array.from({length: 40}, (_, i) => [`r${i},x,1,easy,g${i % 20}`, `r${i},x,${strict},strict,g${i % 20}`]);
  const text = (strict: number) => ["row,candidate,score,scorer,group", ...rows(strict).flat()].join("\n");
  const give = async (file: string, content: string) => writeFile(join(folder, file), content);
  await give("one.csv", text(0));
  await give("two.csv", text(1));
  const source = {files: ["a=one.csv", "b=two.csv"], baseline: "a", scorer: "easy"};
  await state(source);
  await assayHere(folder, "run");
  const checked = async () => {
    const {code, stdout} = await assayHere(folder, "check");
    return [code, /of another definition \(([^)]*)\)/.exec(stdout)?.[1]];
  };
  expect(await checked()).toEqual([0, undefined]);
  for (const [stated, other] of [
    [{files: ["b=one.csv", "a=two.csv"]}, "the candidates"],
    [{scorer: "strict"}, "the primary scorer"],
    [{cluster: "group"}, "the cluster"],
    [{scorer: "kind"}, "the result files, which cannot be read as the eval states"],
    [{files: ["a=one.csv", "b=three.csv"]}, "the result files, which cannot be read as the eval states"]
  ] as const) {
    await state({...source, ...stated});
    expect(await checked()).toEqual([101, other]);
  }
  await state(source);
  expect(await checked()).toEqual([0, undefined]);
  for (const spoilt of ['{"results": {"results": [{"provi', text(0.5)]) {
    await give("two.csv", spoilt);
    expect((await checked())[0]).toBe(101);
  }
});
