import {mkdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assayHere} from "../support/assayHere.js";
import type {RunManifest} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = compiled("bundle/index.js");

/** A project of an eval on two splits, whose gate passes; `write` gives its dataset other rows. */
async function twoSplits() {
  const folder = await temporaryProject();
  for (const name of ["data", "data-loaders", "evals"]) await mkdir(join(folder, name));
  const data = join(folder, "data", "sums.jsonl");
  const write = (rows: number, part: string) =>
    writeFile(
      data,
      Array.from({length: rows}, (_, i) => JSON.stringify({id: `s${i}`, text: `what is ${i}`, part})).join(
        "\n"
      )
    );
  await write(80, "test");
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(folder, "data-loaders", "sums.ts"),
    `import {defineDataset} from ${JSON.stringify(engine)};
export default defineDataset({name: "sums", id: "id", text: "text", sensitivity: "public", source: {kind: "files", files: "data/sums.jsonl"}});`
  );
  await writeFile(
    join(folder, "evals", "sums.eval.ts"),
    `import {candidate, defineEval, normalizedMatch, recorded} from ${JSON.stringify(engine)};
const rows = Array.from({length: 200}, (_, i) => ({id: "s" + i, output: "what is " + i}));
export default defineEval({dataset: "sums", split: [{strategy: "given", column: "part"}, {strategy: "random", test: 0.5}],
  prompt: "{{text}}", expected: "text", candidates: [candidate("one", recorded({name: "answers", rows}), "m")],
  scorers: {exact: normalizedMatch()}, gate: [{minScore: 0.6}]});`
  );
  const call = (...words: string[]) => assayHere(folder, ...words);
  return {data, write, call, rebuild: () => call("rebuild", "--no-build")};
}

it(
  "says of which gates no run was ended, and runs the splits that can be run",
  {tags: ["long"]},
  async () => {
    const {data, write, call, rebuild} = await twoSplits();
    const first = await rebuild();
    expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining("ended no run")]);
    const runs = JSON.parse((await call("runs", "--json")).stdout) as RunManifest[];
    const given = runs.find(({split}) => split.name === "given")!.id;

    await write(100, "elsewhere");
    const {code, stdout, stderr} = await rebuild();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^pass +sums \(given\)/m);
    expect(stderr).toMatch(
      new RegExp(
        `^! sums \\(given\\): this rebuild ended no run there\\. Its gates are held against ${given}, last asked for at \\d{4}-`,
        "m"
      )
    );
    expect(stderr).toMatch(
      /^! sums \(given\): the run is of sums@\w{8}, and \w{8} is the newest version pulled/m
    );
    expect(stdout).toContain("sums · random split · ");
    expect(stderr).not.toContain("sums (random): this rebuild");

    await rm(data);
    const without = await rebuild();
    expect(without.code).toBe(1);
    for (const split of ["given", "random"])
      expect(without.stderr).toContain(`! sums (${split}): this rebuild ended no run there.`);
  }
);
