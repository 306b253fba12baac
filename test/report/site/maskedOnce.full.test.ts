import {execFile} from "node:child_process";
import {writeFileSync} from "node:fs";
import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {expect, it} from "vitest";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {maskExcerpt} from "../../../src/data/privacy/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch, type Scorer} from "../../../src/evals/scorers/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {compiled} from "../../support/compiledEngine.js";
import {runDir} from "../../support/folders.js";
import {plainRows} from "../../support/plainRows.js";

/** A run that was stopped, with failed calls, failed scores and free text for answers. */
async function failingRun(): Promise<{project: string; run: string}> {
  const {rows, store, version, spec, split} = await plainRows(40);
  const {manifest} = await runEval(
    defineEval({
      dataset: "q",
      split: spec,
      candidates: [
        candidate(
          "one",
          recorded({
            name: "one recorded",
            rows: rows.slice(0, -10).map(({id}) => ({id, output: `John Smith wrote letter ${String(id)}`}))
          }),
          "one"
        )
      ],
      prompt: "{{text}}",
      expected: "label",
      scorers: {exact: exactMatch, failed: (({output}) => ({failed: `Nothing in ${output}`})) as Scorer}
    }),
    {store, version, split, evalName: "q", effects: {maskExcerpt}}
  );
  const file = join(runDir(store.workspace, manifest!.id), "manifest.json");
  const stopped = "the scorer failed: John Smith wrote";
  await writeFile(file, JSON.stringify({...manifest, status: "partial", stopped, primaryScorer: "failed"}));
  store.close();
  return {project: store.workspace.project, run: manifest!.id};
}

it("masks what pages show once, so that later page loaders load no recogniser of names", async () => {
  const {project, run} = await failingRun();
  const hook = join(project, "loads.cjs");
  writeFileSync(
    hook,
    `const Module = require("node:module");
     const load = Module._load;
     Module._load = function (name) {
       if (name === "compromise") process.stderr.write("loads it\\n");
       return load.apply(this, arguments);
     };`
  );
  const loader = join(project, "loader.mjs");
  writeFileSync(
    loader,
    `import {print, rowArchive, runs, verdicts} from ${JSON.stringify(pathToFileURL(compiled("report/site/index.js")).href)};
     const questions = {verdicts, runs, rows: (store) => rowArchive(store, process.argv[3])};
     await print(questions[process.argv[2]]);`
  );
  const loaded = async (question: string) => {
    const {stdout, stderr} = await promisify(execFile)(
      process.execPath,
      ["--require", hook, loader, question, run],
      {env: {...process.env, ASSAY_PROJECT: project}, encoding: "latin1", maxBuffer: 1 << 26}
    );
    return {
      printed: sha256(stdout),
      masked: stdout.includes("<PERSON>") && !stdout.includes("John Smith"),
      recogniser: stderr !== ""
    };
  };
  const all = async () => [await loaded("verdicts"), await loaded("runs"), await loaded("rows")];
  const first = await all();
  // What the first has masked, the second does not mask again.
  expect(first.map(({recogniser}) => recogniser)).toEqual([true, false, true]);
  expect(first.map(({masked}) => masked)).toEqual([true, true, true]);
  expect(await all()).toEqual(first.map((one) => ({...one, recogniser: false})));
  // Of another masking nothing is shown.
  const folder = join(project, ".assay", "cache");
  const kept = (await readdir(folder)).filter((name) => name.startsWith("masked-"));
  expect(kept).toHaveLength(3);
  for (const name of kept) {
    const {texts} = JSON.parse(await readFile(join(folder, name), "utf8")) as {texts: object};
    const others = Object.keys(texts).map((key) => [
      key,
      name.includes("texts") ? {text: "of another"} : "of another"
    ]);
    await writeFile(
      join(folder, name),
      JSON.stringify({version: "another", texts: Object.fromEntries(others) as object})
    );
  }
  expect((await all()).map(({printed}) => printed)).toEqual(first.map(({printed}) => printed));
});
