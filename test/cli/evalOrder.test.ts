import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {loadEvals} from "../../src/cli/project/project.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("takes evals that state an order first, the lowest first, then the others by file name", async () => {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  for (const [name, order] of Object.entries({a: "", b: "order: 2,", c: "order: 1,", d: "order: 1,", e: ""}))
    writeFileSync(
      join(project, "evals", `${name}.eval.ts`),
      `export default {
        ${order} dataset: "words", split: {strategy: "random"}, prompt: "{{text}}", expected: "label",
        candidates: [{name: "one", prepare: async () => undefined}], scorers: {right: () => 1}
      };`
    );
  const {evals, broken} = await loadEvals(project);
  expect(broken).toEqual([]);
  expect(evals.map(({name}) => name)).toEqual(["c", "d", "b", "a", "e"]);
});
