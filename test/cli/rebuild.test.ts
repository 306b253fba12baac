import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {projectWith} from "./support/gatedProject.js";

it("exits 101 when a gate is undecided, 100 when one fails, and 1 when a file is broken, which keeps no other", async () => {
  const project = await projectWith({minScore: 0.8});
  const undecided = await assay(project, "rebuild", "--no-build");
  expect(undecided.stdout + undecided.stderr).toMatch(/undecided .*sums/);
  expect(undecided.code).toBe(101);

  await writeFile(join(project, "evals", "torn.eval.ts"), "export default {");
  await writeFile(join(project, "data-loaders", "torn.ts"), "export default {");
  const broken = await assayHere(project, "rebuild", "--no-build");
  expect(broken.stderr).toContain("evals/torn.eval.ts");
  expect(broken.stderr).toContain("data-loaders/torn.ts");
  expect(broken.stdout).toMatch(/undecided .*sums/);
  expect(broken.code).toBe(1);

  const failing = await assayHere(await projectWith({minScore: 0.999}), "rebuild", "--no-build");
  expect(failing.code).toBe(100);
});
