import {spawn} from "node:child_process";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {recordFiles} from "../../src/training/jobs/index.js";
import {lineage, listModels} from "../../src/weights/models/index.js";
import {modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";
import {
  project,
  search,
  searchText,
  setUpSearches,
  space,
  takeEngine,
  withStore,
  writeSpace
} from "./support/searchProject.js";

setUpSearches();

describe("assay merge --search", () => {
  it("stops at Ctrl-C, and the same command goes on to the result", async () => {
    const path = await writeSpace("slow.yml", space().replace("eval: colours", "eval: slow"));
    await takeEngine(compiled("bundle/index.js"));
    const child = spawn(process.execPath, [compiled("bundle/main.js"), "merge", "--search", path], {
      cwd: project,
      env: {...process.env, NO_COLOR: "1", CI: "1"}
    });
    let said = "";
    let asked = false;
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (!asked && said.includes("round 1")) {
        asked = true;
        child.kill("SIGINT");
      }
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(said).toMatch(/Stopped\. The same command goes on/);
    expect(code).toBe(130);
    const runsBefore = await withStore(async (store) =>
      (await store.runs()).filter((run) => run.eval === "slow-merge-search")
    );
    expect(runsBefore.length).toBeGreaterThan(0);
    expect(runsBefore.map(({counts}) => counts.unscored)).toEqual(runsBefore.map(() => 0));
    expect(runsBefore.every(({split}) => split.part === "validation")).toBe(true);
    const found = await search(path);
    expect(found.part).toBe("test");
    expect(found.score.mean).toBeGreaterThan(0.85);
  }, 300_000);

  it("searches language models that were added, adapters among them, whatever made them", async () => {
    const workspace = await openWorkspace(project);
    for (const name of ["tiny", "tuned"]) await tinyLanguageModel(join(project, name), {seed: name});
    await tinyAdapter(join(project, "steer"), 1);
    for (const name of ["tiny", "tuned", "steer"])
      await recordFiles(workspace, join(project, name), {name, parents: [], settings: {name}});
    const path = await writeSpace(
      "language.yml",
      `
eval: few
models: [tuned, steer]
base: tiny
methods: [task_arithmetic]
weights: [1]
params: {temperature: 0, max_tokens: 1}
`
    );
    const {told} = await searchText(path);
    const {bytes} = (await listModels(modelsDir(workspace)))
      .find(({name}) => name === "tuned")!
      .files.find((file) => file.path === "model.safetensors")!;
    const each = (bytes / 1e6).toFixed(1);
    expect(told).toContain(
      `2 merges to make of up to ${each} MB each: ${((2 * bytes) / 1e6).toFixed(1)} MB on the disk, of `
    );
    const found = await search(path);
    expect(found).toMatchObject({tries: 1, average: "uniform average", part: "test"});
    const others = (await listModels(modelsDir(workspace))).filter(({id}) => found.otherMerges.includes(id));
    const merges = [found.average, "task_arithmetic 1/1"];
    expect(others.length).toBeGreaterThanOrEqual(1);
    for (const {name} of others) expect(merges.filter((one) => one !== found.winner)).toContain(name);
    // What the store has needs no room again.
    expect((await searchText(path)).told).not.toContain("to make of up to");
    const names = (await lineage(modelsDir(workspace), found.model)).map(({name}) => name);
    expect(names.some((name) => ["tuned", "steer"].includes(name))).toBe(true);
  });
});
