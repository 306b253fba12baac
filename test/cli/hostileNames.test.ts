import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from "vitest";
import {compiled} from "../support/compiledEngine.js";
import {assayHere} from "../support/assayHere.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = JSON.stringify(compiled("bundle/index.js"));

/** What a server, a row or a result file may call itself: a line that GitHub's runner would obey. */
const hostile = (name: string) => `${name}\n::error title=forged::${name}\r\n  ::stop-commands::x\nand more`;

/** Rows, one a served model, of which one calls itself a whole page. */
const ROWS = 24;
const served = (i: number) => hostile(i === 0 ? "long".repeat(2000) : `m${Math.floor(i / 2)}`);

const ROW_TEXT = `${hostile("id")} row`;
const rows = Array.from({length: ROWS}, (_, i) => ({
  id: `${ROW_TEXT} ${i}`,
  text: `what is ${hostile(String(i))}`,
  answer: "yes",
  lang: hostile(i % 2 ? "en" : "de"),
  part: "test"
}));

/** Lines that begin as a command does, after blanks too. */
const forged = (text: string) => text.split(/\r?\n/).filter((line) => /^\s*::|##\[/.test(line));

const isOwn = (line: string) => /^::(error|warning) file=[^\s]+,title=Assay gate::/.test(line);

describe("names of servers, rows and result files", () => {
  let project: string;
  let model: ModelServer;
  let asked = 0;
  beforeAll(async () => {
    model = await startModelServer({
      models: [hostile("listed")],
      behave: ({prompt}) => ({
        body: {
          model: prompt.startsWith("what is") ? served(asked++) : hostile("m"),
          choices: [{message: {role: "assistant", content: "yes"}, finish_reason: "stop"}],
          usage: {prompt_tokens: 1, completion_tokens: 1}
        }
      })
    });
    project = await temporaryProject();
    for (const folder of ["data-loaders", "evals"]) await mkdir(join(project, folder));
    const files = {
      "package.json": JSON.stringify({type: "module"}),
      "data-loaders/sums.ts": `import {defineDataset} from ${engine};
export const rows = ${JSON.stringify(rows)};
export default defineDataset({name: "sums", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`,
      "evals/sums.eval.ts": `import {candidate, defineEval, exactMatch, openAICompatible, recorded} from ${engine};
import dataset, {rows} from "../data-loaders/sums.js";
const server = openAICompatible({name: "local", baseUrl: ${JSON.stringify(model.url)}, hosting: "on-prem", trust: "local"});
const noted = recorded({name: "noted", rows: rows.map(({id}, i) => ({id, output: i % 3 ? "yes" : "no"}))});
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer", slices: ["lang"],
  candidates: [candidate("one", server, "m"), candidate("two", noted, "m")], scorers: {exact: exactMatch},
  gate: [{minScore: 0.99}]});`,
      "a.csv": [
        ["row", "candidate", "score", "scorer", "output", "error", hostile("lang")],
        ...rows.flatMap(({id, lang}, i) =>
          ["A", "B"].map((name) => [
            id,
            hostile(name),
            i === 3 ? "" : String((i * (name === "A" ? 7 : 5)) % 2),
            hostile("sc"),
            hostile("out"),
            i === 3 ? hostile("boom") : "",
            lang
          ])
        )
      ]
        .map((cells) => cells.map((cell) => `"${cell}"`).join(","))
        .join("\n")
    };
    for (const [path, text] of Object.entries(files)) await writeFile(join(project, path), text);
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => model.close());

  const printedBy = async (...words: string[]) => {
    const {stdout, stderr} = await assayHere(project, ...words);
    return stdout + stderr;
  };

  it(
    "begin no line of what a command prints, and no command of a continuous integration",
    {tags: ["long"]},
    async () => {
      vi.stubEnv("GITHUB_ACTIONS", undefined);
      vi.stubEnv("GITHUB_STEP_SUMMARY", undefined);
      const run = await printedBy("run");
      const risk = run
        .split("\n")
        .find((line) => line.includes("one: answers come from 13 served models: "))!;
      expect(risk).toMatch(/ and 10 more\.$/);
      expect(risk.length).toBeLessThan(500);
      const [id] = /sums-[0-9a-f]{12}/.exec(await printedBy("runs"))!;
      const from = ["verdict", "--from", "a.csv", "--min-score", "0.9"];
      const commands = [
        ["doctor"],
        ["verdict"],
        ["runs", id],
        ["check"],
        ["rows", "sums"],
        from,
        [...from, "--scorer", "none"],
        [...from, "--slice", hostile("lang").replace(/\r?\n/g, "␤")]
      ];
      for (const words of commands) {
        const text = await printedBy(...words);
        if (words[0] !== "check") expect(text).toContain("title=forged");
        expect(forged(text)).toEqual([]);
      }
      expect(forged(run)).toEqual([]);

      vi.stubEnv("GITHUB_ACTIONS", "true");
      for (const words of [...commands, ["run", "--show-prompts", "2"]]) {
        const lines = forged(await printedBy(...words));
        expect(lines.every(isOwn)).toBe(true);
        expect(lines.length > 0).toBe(words[0] === "check");
      }
    }
  );
});
