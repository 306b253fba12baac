import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {expect, it, vi} from "vitest";
import {runVerb} from "../../src/cli/evals/run/run.js";
import {runsVerb} from "../../src/cli/evals/runs/runs.js";
import {listModels} from "../../src/weights/models/index.js";
import {modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const src = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));

it("Ctrl-C before the first row leaves no run behind that is listed", async () => {
  const project = await temporaryProject();
  writeLoader(
    project,
    "colours",
    `{name: "colours", id: "id", text: "text", source: {kind: "rows", rows: () =>
      Array.from({length: 20}, (_, i) => ({id: "r" + i, text: "item " + i, label: "red"}))}}`
  );
  mkdirSync(join(project, "evals"));
  writeFileSync(
    join(project, "evals", "colours.eval.ts"),
    `const endpoint = {
      name: "asked", kind: "openai", trust: "local", identity: async () => ({}),
      complete: async () => { throw new Error("called"); },
      preflight: async () => {
        process.emit("SIGINT");
        return [{check: "reachable", status: "error", message: "The call was stopped."}];
      }
    };
    export default {
      dataset: "colours", split: {strategy: "random"}, expected: "label", prompt: "{{text}}",
      scorers: {same: ({output, expected}) => output === expected},
      candidates: [{name: "asked", prepare: async () => ({endpoint, model: "m"})}]
    };`
  );
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await printed(() => runVerb([], {reuse: true}));
    expect(told.mock.calls.join("")).toContain("colours: stopped before the first row.");
    expect(told.mock.calls.join("")).not.toContain("not ready");
    expect(await printed(() => runsVerb(undefined, undefined, {}))).toContain("No runs yet.");
  } finally {
    told.mockRestore();
    vi.unstubAllEnvs();
    process.exitCode = undefined;
  }
}, 60_000);

it(
  "Ctrl-C while a merge is prepared ends the command in plain words, and the next start makes the merge",
  {tags: ["long"], timeout: 180_000},
  async () => {
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
      `import {mergedModel, trained} from ${src("src/evals/candidates/index.ts")};
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
    vi.stubEnv("ASSAY_PROJECT", project);
    vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
    vi.stubEnv("TEST_INTERRUPT", "yes");
    const models = modelsDir(await openWorkspace(project, ".assay"));
    const stored = async () => (await listModels(models)).map(({name}) => name).sort();
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      await printed(() => runVerb([], {reuse: true}));
      const said = told.mock.calls.join("");
      expect(said).toMatch(/colours: stopped before the first row. The same command goes on/);
      expect(said).not.toMatch(/an error of its own|assay:/);
      expect(process.exitCode).toBe(1);
      expect(await stored()).toEqual(["green-team", "red-team"]);

      process.exitCode = undefined;
      vi.stubEnv("TEST_INTERRUPT", "");
      await printed(() => runVerb([], {reuse: true}));
      expect(process.exitCode).toBeUndefined();
      expect(await stored()).toEqual(["both", "green-team", "red-team"]);
    } finally {
      told.mockRestore();
      vi.unstubAllEnvs();
      process.exitCode = undefined;
    }
  }
);
