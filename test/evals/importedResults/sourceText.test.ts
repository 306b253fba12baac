import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import ts from "typescript";
import {expect, it} from "vitest";
import {nameOf} from "../../../src/cli/evals/verdict/importResults.js";
import {projectFiles, readProject} from "../../../src/evals/importedResults/projects/index.js";

const folder = mkdtempSync(join(tmpdir(), "source-text-"));
const ran: string[] = [];
const hostile = (end: string) =>
  `odd:x${end}ran.push("code of the configuration");//\`\${ran.push("template")}`;

/** Runs a generated eval with stand-ins for what it imports. */
function evaluated(text: string): {prompt: (row: object) => {content: string}[]; candidates: unknown[][]} {
  const plain = text.replaceAll(/^import .*$/gm, "").replace("export default ", "return ");
  const code = ts.transpile(plain, {target: ts.ScriptTarget.ESNext});
  const same = (...values: unknown[]) => values;
  const names = ["candidate", "assertions", "recorded", "openAICompatible", "normalizedMatch"];
  const run = new Function("ran", "defineEval", "dataset", ...names, code) as (...values: unknown[]) => never;
  return run(ran, (one: unknown) => one, {}, ...names.map(() => same));
}

it.each(["\u2028", "\u2029", "\n", "\r", "\r\n", "\u0085", "\v"])(
  "nothing of a foreign configuration is code behind the line end %j",
  async (end) => {
    const path = join(folder, "promptfooconfig.json");
    const content = hostile(end);
    const config = {
      description: content,
      prompts: [JSON.stringify([{role: "user", content}])],
      providers: [
        content,
        {id: "openai:gpt-4o", label: content, config: {apiBaseUrl: content, stop: content}}
      ],
      tests: [{vars: {[content]: content}, assert: [{type: "equals", value: content, metric: content}]}]
    };
    writeFileSync(path, JSON.stringify(config));
    const files = projectFiles(await readProject([path], nameOf));
    const {prompt, candidates} = evaluated(files.find(({path}) => path.endsWith(".eval.ts"))!.text);
    expect(prompt({})[0]!.content).toBe(content);
    expect(candidates.map(([name]) => name)).toEqual([content]);
    expect(ran).toEqual([]);
    for (const {text} of files.filter(({path}) => path.endsWith(".ts")))
      expect(text).not.toMatch(/[\u2028\u2029]/);
    const left = files.find(({path}) => path.endsWith("left-out.md"))!.text;
    expect(left.split("\n").filter((line) => line.startsWith("- "))).toHaveLength(1);
  }
);

it("nothing of a foreign log is code where its candidates are commented out", async () => {
  const path = join(folder, "log.json");
  const sample = {id: 1, epoch: 1, input: "q", target: "t", scores: {match: {value: "C"}}};
  const output = {choices: [{message: {role: "assistant", content: "a"}}]};
  const model = `openai:${hostile("\u2028")}`;
  writeFileSync(
    path,
    JSON.stringify({status: "success", eval: {task: "t", model}, samples: [{...sample, output}]})
  );
  const files = projectFiles(await readProject([path], nameOf));
  const text = files.find(({path}) => path.endsWith("t.eval.ts"))!.text;
  expect(evaluated(text.replaceAll("includes(", "assertions(")).candidates).toHaveLength(1);
  expect(ran).toEqual([]);
});
