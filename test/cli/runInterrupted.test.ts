import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {expect, it} from "vitest";
import {listModels} from "../../src/models/index.js";
import {modelsDir, openWorkspace} from "../../src/store/index.js";
import {assay, writeLoader} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const src = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));

it("Ctrl-C while a merge is prepared ends the command in plain words, and the next start makes the merge", async () => {
  const project = await temporaryProject();
  writeLoader(
    project,
    "colours",
    `{name: "colours", id: "id", text: "text", label: "label", source: {kind: "rows", rows: () =>
      Array.from({length: 60}, (_, i) => ({id: "r" + i, text: "item " + i + " " + ["red", "green"][i % 2], label: ["red", "green"][i % 2]}))}}`
  );
  mkdirSync(join(project, "evals"));
  writeFileSync(
    join(project, "evals", "colours.eval.ts"),
    `import {mergedModel, trained} from ${src("src/candidates/index.ts")};
    import {colourModel} from ${src("test/support/colourModel.ts")};
    const parent = (name, strengths, then = () => {}) => ({
      name,
      configHash: () => name,
      build: async ({dir}) => {
        const model = await colourModel(dir, name, strengths);
        then();
        return model;
      }
    });
    const models = [
      {source: parent("red-team", {red: 3}), parameters: {weight: 0.5}},
      {source: parent("green-team", {green: 3}, () => process.env.TEST_INTERRUPT && process.emit("SIGINT")), parameters: {weight: 0.5}}
    ];
    const merged = mergedModel({name: "both", method: "linear", models});
    export default {
      dataset: "colours", split: {strategy: "random"}, expected: "label", prompt: "{{text}}",
      scorers: {same: ({output, expected}) => (output === expected ? 1 : 0)},
      candidates: [trained("both", merged)]
    };`
  );
  process.env.TEST_INTERRUPT = "yes";
  const stopped = await assay(project, "run").finally(() => delete process.env.TEST_INTERRUPT);
  expect(stopped.stderr).toMatch(/colours: stopped while it was prepared; the same command goes on/);
  expect(stopped.stderr).not.toMatch(/an error of its own|assay:/);
  expect(stopped.code).toBe(1);
  const models = modelsDir(await openWorkspace(project, ".assay"));
  expect((await listModels(models)).map(({name}) => name).sort()).toEqual(["green-team", "red-team"]);

  const again = await assay(project, "run");
  expect(again.code).toBe(0);
  expect((await listModels(models)).map(({name}) => name)).toContain("both");
});
