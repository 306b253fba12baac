// @module-tag long
import {spawn} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {bold, print, printAsIs, printJson, table} from "../../src/cli/terminal/terminal.js";
import {compiled} from "../support/compiledEngine.js";
import {printed} from "../support/printed.js";
import {assay} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const hostile = "\u001b[31mred\u001b]0;title\u0007 \u202egnp.exe \u009b2J";

afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of ["isTTY", "columns"])
    Object.defineProperty(process.stdout, name, {value: undefined, configurable: true});
});

describe("what is printed", () => {
  it("shows escapes of models and data instead of obeying them, and keeps its own", async () => {
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("TERM", "xterm");
    Object.defineProperty(process.stdout, "isTTY", {value: true, configurable: true});
    const text = await printed(async () => print(`${bold("head")} ${hostile}`));
    expect(text).toBe(
      "\u001b[1mhead\u001b[22m \\u001b[31mred\\u001b]0;title\\u0007 \\u202egnp.exe \\u009b2J\n"
    );
  });

  it("is the same JSON to a program, without a byte that a terminal would obey", async () => {
    const text = await printed(async () => printJson({hostile}));
    expect(text).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(JSON.parse(text)).toEqual({hostile});
  });

  it("is wrapped at words for a terminal only, and JSON and what is to be copied never", async () => {
    const text = "a sentence of a few words that is wider than it";
    const all = () =>
      printed(async () => {
        print(text);
        printAsIs(text);
        printJson(text);
      });
    expect(await all()).toBe(`${text}\n${text}\n"${text}"\n`);
    Object.defineProperty(process.stdout, "isTTY", {value: true, configurable: true});
    Object.defineProperty(process.stdout, "columns", {value: 30, configurable: true});
    expect(await all()).toBe(`a sentence of a few words that\nis wider than it\n${text}\n"${text}"\n`);
    expect(table([text], [{title: "found", text: "prose", value: (found) => found}])).toMatch(
      /found.*\na sentence of a few words that\nis wider than it$/
    );
    Object.defineProperty(process.stdout, "columns", {value: 0, configurable: true});
    expect(await all()).toBe(`${text}\n${text}\n"${text}"\n`);
  });

  it("cuts long cells of a table in a terminal, but not where a command to copy may stand at their end", () => {
    const long = `${"a".repeat(90)} npm install x`;
    const place = {width: 200};
    expect(table([long], [{title: "found", value: (text) => text}], place)).toMatch(/a…$/);
    expect(table([long], [{title: "found", text: "prose", value: (text) => text}], place)).toContain(long);
  });

  it("may be a table of more rows than a call may have arguments", () => {
    const rows = Array.from({length: 200_000}, (_, i) => i);
    expect(table(rows, [{title: "n", value: (row) => row}]).split("\n")).toHaveLength(200_001);
  });
});

describe("the command line", () => {
  const shell = (line: string) =>
    new Promise<{code: number | null; stderr: string}>((resolve) => {
      const child = spawn("sh", ["-c", line], {
        env: {...process.env, NODE: process.execPath, MAIN: compiled("bundle/main.js")}
      });
      let stderr = "";
      child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
      child.on("close", (code) => resolve({code, stderr}));
    });

  it("ends well when the reader of its output has seen enough", async () => {
    const {stderr} = await shell('{ "$NODE" "$MAIN" --help; echo "code $?" >&2; } | true');
    expect(stderr).toBe("code 0\n");
  });

  it.skipIf(process.platform !== "linux")(
    "says in one line that its output could not be written",
    async () => {
      const {code, stderr} = await shell('"$NODE" "$MAIN" --help > /dev/full');
      expect(stderr).toMatch(/^assay: the output could not be written: ENOSPC[^\n]*\n$/);
      expect(code).toBe(1);
    }
  );

  it("refuses a port that does not exist, an empty number and an empty address as wrong usage", async () => {
    const project = await temporaryProject();
    for (const words of [
      ["serve", "m", "--port", "99999"],
      ["dev", "--port", "99999"],
      ["dev", "--port", "-1"],
      ["run", "--budget-usd", ""],
      ["bench", "e:c", "--concurrency", "1,1000000000"],
      ["bench", "e:c", "--warmup", "1e12"],
      ["jobs", "watch", "--every", "1e9"],
      ["verdict", "--max-failure-share", "5"],
      ["models", "add", "m.gguf", "--name", ""],
      ["serve", "m", "--host", ""]
    ]) {
      const {code, stderr} = await assayHere(project, ...words);
      expect(stderr).toMatch(
        /is invalid\. takes (a port from 0 to 65535|a number (of at least|from) \d|an address|a name)/
      );
      expect(code).toBe(2);
    }
  });

  it("names a query's mistake without a stack", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    const {code, stderr} = await assay(project, "sql", "select * from nosuch");
    expect(stderr).toMatch(/^assay: assay sql may not read "nosuch"/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).not.toMatch(/Catalog Error/);
    expect(code).toBe(1);
  });

  it("writes texts into a CSV as they are, and escapes them on the terminal", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    const query = "select e'a\\r\\nb' || chr(27) || '[31m' as text";
    const csv = await assayHere(project, "sql", "--csv", query);
    expect(csv.stdout).toBe('text\n"a\r\nb\u001b[31m"\n');
    const table = await assayHere(project, "sql", query);
    expect(table.stdout).not.toContain("\u001b[31m");
  });

  it("names all that keeps the files of evals/ from being evals", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    const define = compiled("bundle/index.js");
    const whole = `{name: "same", dataset: "d", split: {strategy: "random"}, candidates: [{name: "a", prepare() {}}], prompt: "x", expected: "y", scorers: {exact: () => 1}}`;
    const files = {
      "plain.eval.ts": "export default {dataset: 'd', prompt: 'hi'};",
      "defined.eval.ts": `import {defineEval} from ${JSON.stringify(define)};\nexport default defineEval({dataset: {}} as never);`,
      "awaits.eval.ts": "export default await import('node:fs');",
      "thrown.eval.ts": 'throw new Error("boom \\u001b[31m");',
      "one.eval.ts": `export default ${whole};`,
      "two.eval.ts": `export default ${whole};`
    };
    const write = (name: string, text: string) => writeFileSync(join(project, "evals", name), text);
    for (const [name, text] of Object.entries(files)) write(name, text);
    mkdirSync(join(project, "data-loaders"));
    const loader = definitionFile(join(project, "data-loaders"), "d.ts");
    await loader("export default {};");
    expect((await assayHere(project, "pull")).stderr).toMatch(
      /^assay: data-loaders\/d-\w+\.ts: dataset: `name` must be a text, and is missing; `source` must be [^\n]*\n$/
    );
    await loader('export default {name: "d", source: {kind: "magic"}};');
    expect((await assayHere(project, "pull")).stderr).toMatch(
      /^assay: .*`source\.kind` must be one of [^\n]*files, [^\n]*, not "magic"\.\n$/
    );
    const first = await assay(project, "run");
    expect(first.stderr).toMatch(/evals\/defined\.eval\.ts: eval: `dataset\.name` must be/);
    expect(first.stderr).toMatch(/evals\/thrown\.eval\.ts: it could not be loaded: boom \\u001b\[31m/);
    // The project has no package.json, so its files count as CommonJS.
    expect(first.stderr).toMatch(/evals\/awaits\.eval\.ts: [^]* Add "type": "module" to package\.json\./);
    for (const name of ["awaits.eval.ts", "defined.eval.ts", "thrown.eval.ts"])
      write(name, `export default {...${whole}, name: undefined};`);
    const {code, stderr} = await assay(project, "check");
    expect(stderr).toMatch(
      /evals\/plain\.eval\.ts: eval: `split` must be .*, and is missing; `candidates` must be/
    );
    expect(stderr).toMatch(
      /evals\/one\.eval\.ts and [^\n]*evals\/two\.eval\.ts[^\n]*: \d evals are named "same"/
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });
});
