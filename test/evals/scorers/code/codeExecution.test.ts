import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {chooseSandbox} from "../../../../src/evals/scorers/code/chooseSandbox.js";
import {fencedCode} from "../../../../src/evals/scorers/code/fencedCode.js";
import {codeExecution, scorerVersion} from "../../../../src/evals/scorers/index.js";
import {runEval} from "../../../../src/evals/runner/index.js";
import {server, wordsEval, wordsProject} from "../../runner/support/project.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {score, scoreInput} from "../score.js";

const fence = (name: string, code: string) => `Here it is:\n\n\`\`\`${name}\n${code}\n\`\`\`\nDone.`;
const row = (tests: unknown) => ({row: {id: "row-1", tests: tests as string}});

describe("the code in an answer", () => {
  it("is that of the fences of the language, or of those without a name, or all of it", () => {
    const mixed = `${fence("bash", "npm i")}\n${fence("js", "let a = 1")}\n${fence("javascript", "a++")}`;
    expect(fencedCode(mixed, "javascript")).toBe("let a = 1\na++");
    expect(fencedCode(fence("", "x = 1"), "python")).toBe("x = 1");
    expect(fencedCode("x = 1", "python")).toBe("x = 1");
    expect(fencedCode("````py\ns = '''\n```\n'''\n````", "python")).toBe("s = '''\n```\n'''");
    expect(fencedCode("```python\nx = 1", "python")).toBe("x = 1");
    expect(fencedCode(fence("bash", "ls"), "python")).toBeUndefined();
    expect(fencedCode("  ", "python")).toBeUndefined();
  });
  it("loses the indent of its fence, also within items of lists", () => {
    const code = "def f(x):\n  return x";
    const indented = (by: string) =>
      ["```python", ...code.split("\n"), "```"].map((line) => by + line).join("\n");
    for (const answer of [
      indented("  "),
      `1. Code:\n\n${indented("    ")}`,
      `- Code:\n${indented("  ")}\n- Done`,
      `- Code:\n${indented("\t")}`,
      `10. Code:\n    - Here:\n${indented("        ")}`,
      `1. Code:\n${indented("")}`,
      `- ${indented("  ").trimStart()}`
    ])
      expect(fencedCode(answer, "python")).toBe(code);
    expect(fencedCode(" ```python\nx = 1\n  y\n ```", "python")).toBe("x = 1\n y");
    const docstring = 'def f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x';
    expect(fencedCode(docstring, "python")).toBe(docstring);
    expect(fencedCode(`\`\`\`python\n${docstring}\n\`\`\``, "python")).toBe(docstring);
  });
  it("may have a fence that names a version of Python", () => {
    for (const name of ["py3", "python3.11", "Python", "Python code", "PY", "python2"])
      expect(fencedCode(fence(name, "x = 1"), "python")).toBe("x = 1");
    for (const name of ["pytest", "pycon", "pythonx"])
      expect(fencedCode(fence(name, "x"), "python")).toBeUndefined();
  });
  it("is not what a model wrote while it reasoned", () => {
    const [draft, code] = [fence("python", "raise Exception()"), fence("python", "x = 1")];
    for (const answer of [
      `<think>\n${draft}\n</think>\n${code}`,
      `<thinking>Maybe ${draft}</thinking>${code}`,
      `${draft}\n</think>\n\n${code}`,
      `[THINK]${draft}[/THINK]\n${code}`,
      `Well.\n<think>\n${draft}\n</think>\n${code}\n<think>${draft}</think>`
    ])
      expect(fencedCode(answer, "python")).toBe("x = 1");
    expect(fencedCode(`<think>\n${draft}`, "python")).toBeUndefined();
    const tags = 'x = """\n<think>\n"""\ny = "</think>"';
    expect(fencedCode(fence("python", tags), "python")).toBe(tags);
    expect(fencedCode("x = '<think>'", "python")).toBe("x = '<think>'");
  });
});

describe("codeExecution", () => {
  const javascript = codeExecution({language: "javascript", tests: "tests"});

  it("is 1 when the tests pass and 0 when they do not, scripts and modules alike", async () => {
    const tests = "assert.equal(add(1, 2), 3);";
    const script = fence("js", "function add(a, b) { return a + b }\nmodule.exports = {add};");
    const module = fence("js", "export const add = (a, b) => a + b;");
    const wrong = fence("js", "const add = (a, b) => a - b; // ");
    expect(await score(javascript, script, undefined, row(tests))).toBe(1);
    expect(await score(javascript, module, undefined, row(tests))).toBe(1);
    const result = await javascript(scoreInput(wrong, undefined, row(tests)));
    expect(result).toMatchObject({value: 0, details: {end: "failed", exit: 1}});
    expect(JSON.stringify(result)).toContain("AssertionError");
  });

  it("is 0 for an answer without code and for code that does not parse, and fails without tests", async () => {
    expect(await score(javascript, fence("bash", "ls"), undefined, row("1"))).toBe(0);
    expect(await score(javascript, "I cannot write that.", undefined, row("assert(true)"))).toBe(0);
    expect(await score(javascript, "1", undefined, row(null))).toEqual({failed: "the row has no tests"});
  });

  it("runs Python where there is bubblewrap, and refuses it elsewhere", async () => {
    const python = codeExecution({language: "python", tests: ({word}) => `assert double("${String(word)}")`});
    const answer = fence("python", "def double(text):\n    return text * 2");
    const chosen = await chooseSandbox("python");
    const given = await score(python, answer, undefined, {row: {id: "1", word: "a"}});
    if ("sandbox" in chosen) expect(given).toBe(1);
    else expect(given).toEqual({failed: chosen.refusal});
  });

  it("has a version of its tests and limits", () => {
    const other = codeExecution({language: "javascript", tests: "tests", memoryMb: 64});
    expect(scorerVersion(other)).not.toBe(scorerVersion(javascript));
    expect(() => codeExecution({language: "python", tests: "t", timeoutMs: 0})).toThrow(
      "`timeoutMs` must be a whole number (at least 1), not 0"
    );
  });
});

describe("a run with a scorer that runs code", () => {
  let model: ModelServer;
  beforeAll(async () => {
    model = await startModelServer({answer: () => fence("js", "const four = 2 + 2;")});
  });
  afterAll(() => model.close());

  it("is refused before any call, unless it allows that", async () => {
    const project = await wordsProject(await temporaryProject(), 20);
    const definition = wordsEval(server(model.url), {
      scorers: {tests: codeExecution({language: "javascript", tests: () => "assert.equal(four, 4)"})}
    });
    const run = (options: {allowCodeExecution?: boolean; limit: number}) =>
      runEval(definition, {...project, evalName: "words", options: {...options, preflight: false}});
    await expect(run({limit: 2})).rejects.toThrow("--allow-code-execution");
    expect(model.requests.length).toBe(0);
    const {manifest} = await run({limit: 2, allowCodeExecution: true});
    const scores = await project.store.rows<{value: number; details: string}>(
      `select value, details from scores where run = '${manifest!.id}'`
    );
    expect(scores.map(({value}) => value)).toEqual(scores.map(() => 1));
    expect(scores.length).toBeGreaterThan(1);
    project.store.close();
  });
});
