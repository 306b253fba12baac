// @module-tag long
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {assay, writeLoader} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = compiled("bundle/index.js");

/** An eval of the dataset "words" whose one candidate is always right. */
const evalOf = (
  gate: string
) => `import {candidate, defineEval, exactMatch, recorded} from ${JSON.stringify(engine)};
const rows = Array.from({length: 40}, (_, i) => ({id: "w" + i, output: "a"}));
export default defineEval({dataset: "words", split: {strategy: "random", test: 0.5}, prompt: "{{text}}", expected: "label",
  candidates: [candidate("one", recorded({name: "answers", rows}), "m")],
  scorers: {exact: exactMatch}, gate: [${gate}]});`;

/** A project with a sound loader and eval, and beside each one that cannot be loaded. */
async function projectWithBroken(): Promise<string> {
  const project = await temporaryProject();
  writeLoader(
    project,
    "words",
    '{name: "words", id: "id", text: "text", label: "label", sensitivity: "public", source: {kind: "rows", rows: () => Array.from({length: 40}, (_, i) => ({id: "w" + i, text: "text number " + i, label: "a"}))}}'
  );
  mkdirSync(join(project, "evals"));
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  writeFileSync(join(project, "evals", "words.eval.ts"), evalOf("{minScore: 0.5}"));
  writeFileSync(join(project, "evals", "torn.eval.ts"), "export default {");
  writeFileSync(join(project, "data-loaders", "torn.ts"), "export default {");
  return project;
}

describe("an eval and a loader that cannot be loaded", () => {
  let project: string;
  beforeAll(async () => {
    project = await projectWithBroken();
  });

  it("do not keep the others from a dry run, which embeds and measures nothing", async () => {
    const {stdout, stderr, code} = await assayHere(project, "run", "--dry-run");
    expect(stdout).toMatch(/words · random split: \d+ calls of \d+ planned/);
    expect(stderr).toContain("evals/torn.eval.ts");
    expect(code).toBe(1);
    const split = await assayHere(
      project,
      "sql",
      "--json",
      "select measures::varchar as measures from splits"
    );
    expect(JSON.parse(split.stdout)).toEqual([{measures: "{}"}]);
    expect(stderr).not.toContain("embedding");
  });

  it("are a warning beside what was asked for by name, and an error where they may be what was", async () => {
    for (const command of [
      ["pull", "words"],
      ["run", "words", "--dry-run"]
    ]) {
      const {stderr, code} = await assayHere(project, ...command);
      expect(stderr).toContain("! data-loaders/torn.ts: it could not be loaded");
      expect(code, command.join(" ")).toBe(0);
    }
    const own = await assayHere(project, "pull", "torn", "words");
    expect(own.stdout).toMatch(/words .* unchanged/);
    expect(own.stderr).toContain("assay: data-loaders/torn.ts: it could not be loaded");
    expect(own.code).toBe(1);
    const other = await assayHere(project, "pull", "another");
    expect(other.stderr).toContain("! data-loaders/torn.ts: it could not be loaded");
    expect(other.stderr).toMatch(/no dataset "another".*\s+Or it is in a file that cannot be loaded/);
    expect(other.code).toBe(1);
  });

  it("do not keep the others from a run, which says that it measures, from check and from doctor", async () => {
    const ran = await assay(project, "run");
    expect(ran.stdout).toContain("words · random split");
    expect(ran.stderr).toContain("evals/torn.eval.ts");
    expect(ran.code).toBe(1);

    const checked = await assay(project, "check", "--markdown", "c.md", "--junit", "c.xml");
    const told = (file: string) => readFileSync(join(project, file), "utf8");
    expect(told("c.md")).toMatch(/^### Assay: 1 eval cannot be loaded, the gate passes\n/);
    expect(told("c.xml")).toContain(
      '<testsuite name="evals/torn.eval.ts" tests="1" failures="0" errors="1">'
    );
    expect(checked.stdout).toMatch(/pass +.*at least 50/);
    expect(checked.stdout + checked.stderr).toContain("evals/torn.eval.ts");
    expect(checked.code).toBe(1);

    const doctor = await assayHere(project, "doctor", "--json");
    const findings = JSON.parse(doctor.stdout) as {what: string; status: string}[];
    expect(findings.filter(({status}) => status === "error").map(({what}) => what)).toEqual([
      "data-loaders/torn.ts",
      "evals/torn.eval.ts"
    ]);
    expect(findings.some(({what}) => what.startsWith("words"))).toBe(true);
    expect(doctor.code).toBe(1);
    // What to do stands at the end of a message.
    const text = await assayHere(project, "doctor");
    expect(text.stdout).toMatch(/evals\/torn\.eval\.ts: it could not be loaded: .{80}/);
    expect(text.stdout).not.toContain("…");
  });
});

describe("an eval that is named, whose dataset's loader cannot be loaded", () => {
  it("is not run, and the loader is named", async () => {
    const project = await projectWithBroken();
    writeFileSync(join(project, "data-loaders", "words.ts"), "export default {");
    const {stderr, code} = await assayHere(project, "run", "words");
    expect(stderr).toContain("! data-loaders/words.ts: it could not be loaded");
    expect(stderr).toContain('no dataset "words"');
    expect(code).toBe(1);
  });
});

describe("a project without loaders", () => {
  it("is told that there is nothing to pull, and what to do", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    const {stderr, code} = await assayHere(project, "pull");
    expect(stderr).toMatch(/data-loaders has no \*\.ts file, so there is nothing to pull\. Run `assay init`/);
    expect(code).toBe(1);
  });
});
