import {execFile} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {functionVersion} from "../../../src/base/fingerprint/index.js";

const run = promisify(execFile);
const code = pathToFileURL(resolve(import.meta.dirname, "../../../src/base/fingerprint/index.ts")).href;

/** A team's project: an eval with a scorer in it, a file of scorers, and what they import. */
const project = {
  "package.json": '{"type": "module"}',
  "evals/mails.eval.ts": `import {second} from "../scorers/own.js";
import {fold} from "../scorers/fold.js";
import {colours} from "./colours.js";

const least: number = 3;
const long = (text: string): boolean => text.length > least;
const unrelated = () => 1;
const known = new Map<string, number>();
for (const [word, weight] of [["x", 1]] as [string, number][]) known.set(word, weight);
let factor = 1;
factor = 2;
const unused = new Set<string>();
unused.add("y");
const weighed = (text: string) => (known.get(text) ?? 0) * factor;
export const scorers = {first: ({output}: {output: string}) => (long(fold(output)) ? 1 : weighed(output)), second: second(2)};
export default {candidates: ["a", "b"], colours, unrelated, scorers};
`,
  "evals/colours.ts": `export const colours = ["red"];\n`,
  "scorers/own.ts": `import {deep} from "./deep.js";
export const second = (n: number) => {
  const least = n + 1;
  return ({output}: {output: string}) => (deep(output) > least ? 1 : 0);
};
`,
  "scorers/deep.ts": `import {fold} from "./fold.js";\nexport const deep = (text: string) => fold(text).length;\n`,
  "scorers/fold.ts": `export const fold = (text: string) => text.trim();\n`
};

type Name = keyof typeof project;

let folder: string;
let script: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-own-"));
  script = join(folder, "print.mjs");
  writeFileSync(
    script,
    `const {functionVersion} = await import(${JSON.stringify(code)});
const found = [];
for (const file of process.argv.slice(2)) {
  const {scorers} = await import(file);
  found.push([functionVersion(scorers.first), functionVersion(scorers.second)]);
}
console.log(JSON.stringify(found));`
  );
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** The versions of both scorers in the project as it is, and with each edit. */
async function versionsWith(...edits: [Name, string, string][]): Promise<[string, string][]> {
  const files = [undefined, ...edits].map((edit, n) => {
    const copy = join(folder, `${edit?.[0].replace(/\W/g, "-") ?? "plain"}-${n}`);
    for (const [name, text] of Object.entries(project)) {
      mkdirSync(join(copy, name, ".."), {recursive: true});
      const edited = edit?.[0] === name ? text.replace(edit[1], edit[2]) : text;
      if (edit?.[0] === name) expect(edited).not.toBe(text);
      writeFileSync(join(copy, name), edited);
    }
    return join(copy, "evals/mails.eval.ts");
  });
  const {stdout} = await run(process.execPath, ["--import", "tsx", script, ...files], {
    cwd: resolve(import.meta.dirname, "../../..")
  });
  return JSON.parse(stdout) as [string, string][];
}

describe("the version of a team's own scorer", () => {
  it("is of its text, of what it names in its file, and of what those import, and of nothing else", async () => {
    const [plain, candidate, other, least, own, fold, deep, outer] = await versionsWith(
      ["evals/mails.eval.ts", '["a", "b"]', '["a", "b", "c"]'],
      ["evals/colours.ts", "red", "blue"],
      ["evals/mails.eval.ts", "= 3", "= 4"],
      ["evals/mails.eval.ts", "? 1 : w", "? 0.5 : w"],
      ["scorers/fold.ts", "trim", "trimEnd"],
      ["scorers/deep.ts", ".length", ".length + 1"],
      ["scorers/own.ts", "n + 1", "n + 2"]
    );
    const moved = (one: [string, string] | undefined) => one!.map((version, i) => version !== plain![i]);
    expect(moved(candidate)).toEqual([false, false]);
    expect(moved(other)).toEqual([false, false]);
    expect(moved(least)).toEqual([true, false]);
    expect(moved(own)).toEqual([true, false]);
    expect(moved(fold)).toEqual([true, true]);
    expect(moved(deep)).toEqual([false, true]);
    expect(moved(outer)).toEqual([false, true]);
  });

  it("moves with the settings that a function around it was given, and with statements that fill what it names", () => {
    const within = (least: number, {fold, more}: {fold?: (text: string) => string; more?: unknown} = {}) => {
      let asked = 0;
      return ({output}: {output: string}) =>
        (fold?.(output) ?? output).length + asked++ > least && more ? 1 : 0;
    };
    const plain = within(1);
    const version = functionVersion(plain);
    plain({output: "text"});
    expect(functionVersion(plain)).toBe(version);
    expect(functionVersion(within(1))).toBe(version);
    expect(functionVersion(within(2))).not.toBe(version);
    expect(functionVersion(within(1, {more: ["a"]}))).not.toBe(functionVersion(within(1, {more: ["b"]})));
    expect(functionVersion(within(1, {more: {pattern: /a/}}))).not.toBe(
      functionVersion(within(1, {more: {pattern: /b/}}))
    );
    expect(functionVersion(within(1, {fold: (text) => text.trim()}))).not.toBe(
      functionVersion(within(1, {fold: (text) => text}))
    );
  });

  it("moves with the statements of its file that fill what it names, and with no others", async () => {
    const [plain, table, factor, other] = await versionsWith(
      ["evals/mails.eval.ts", '["x", 1]', '["x", 2]'],
      ["evals/mails.eval.ts", "factor = 2", "factor = 3"],
      ["evals/mails.eval.ts", 'unused.add("y")', 'unused.add("z")']
    );
    expect(table![0]).not.toBe(plain![0]);
    expect(factor![0]).not.toBe(plain![0]);
    expect(other).toEqual(plain);
    expect([table![1], factor![1]]).toEqual([plain![1], plain![1]]);
  });

  it("of native code is of the little that it says", () => {
    expect(functionVersion(Math.max)).toBe(functionVersion(Math.max));
    expect(functionVersion(Math.max)).not.toBe(functionVersion(Math.min));
  });
});
