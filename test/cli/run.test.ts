import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {describe, expect, it, vi} from "vitest";
import {fail} from "../../src/cli/fail.js";
import {assay, writeLoader} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

describe("assay run", () => {
  it("says why rows failed and how to ask again for them", async () => {
    const project = await temporaryProject();
    const rows = Array.from({length: 40}, (_, i) => JSON.stringify({text: `t${i}`, label: "a"}));
    writeFileSync(join(project, "rows.jsonl"), rows.join("\n"));
    writeLoader(
      project,
      "words",
      '{name: "words", source: {kind: "files", files: "rows.jsonl"}, text: "text", label: "label"}'
    );
    mkdirSync(join(project, "evals"));
    const endpoints = fileURLToPath(new URL("../../src/endpoints/embedded.ts", import.meta.url));
    writeFileSync(
      join(project, "evals", "words.eval.ts"),
      `import {embedded} from ${JSON.stringify(endpoints)};
      const model = {manifest: {id: "i", name: "m"}, predict: async (texts) => texts.map(() => ({label: "a", logprobs: {a: 0}}))};
      const endpoint = embedded({name: "here", load: async () => model});
      export default {
        dataset: "words", split: {strategy: "random"}, expected: "label", scorers: {same: ({output}) => ({value: output === "a" ? 1 : 0})},
        candidates: [{name: "m", prepare: async () => ({endpoint, model: "m"})}],
        prompt: () => { throw new Error("no \\u001b[31mprompt"); }
      };`
    );
    const {stdout, stderr} = await assay(project, "run");
    expect(stdout + stderr).toMatch(/\d+ +m +The prompt function threw: no \\u001b\[31mprompt/);
    expect(stdout).toMatch(/Ask again for these rows: assay run words --retry-failed/);
  });
});

describe("what the machine refuses", () => {
  it.each([
    ["ENOSPC", "write", "The disk is full"],
    ["EROFS", "open", "read-only"],
    ["ENOENT", "mkdir", "read-only"]
  ])("is said with advice and without a stack: %s of %s", async (code, syscall, advised) => {
    let text = "";
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    try {
      const exit = await fail(Object.assign(new Error(`${code}: refused, ${syscall}`), {code, syscall}));
      expect(exit).toBe(1);
    } finally {
      spy.mockRestore();
    }
    expect(text).toMatch(new RegExp(`^assay: .*${advised}.*\\n$`));
  });
});
