import {execFile} from "node:child_process";
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import ts from "typescript";
import {describe, expect, it} from "vitest";
import * as scorers from "../../src/scorers/index.js";
import {normalizeSource} from "../../src/code/normalizeSource.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const src = path("../../src");
const run = promisify(execFile);

async function versions(index: string, ...flags: string[]): Promise<Record<string, string>> {
  const {stdout} = await run(process.execPath, [...flags, path("support/printVersions.js"), index]);
  return JSON.parse(stdout) as Record<string, string>;
}

/** Rooms that scorers do not reach. */
const UNREACHED = /^(?:cli|components|data|decisions|finetune|merge|candidates|runner|site)\/|^\./;

/** The engine as `tsc` prints it, in a folder that finds the same packages. */
async function transpiled(folder: string): Promise<void> {
  for (const name of await readdir(src, {recursive: true})) {
    if (!name.endsWith(".ts") || UNREACHED.test(name)) continue;
    const {outputText} = ts.transpileModule(await readFile(join(src, name), "utf8"), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true
      }
    });
    const file = join(folder, name.replace(/\.ts$/, ".js"));
    await mkdir(dirname(file), {recursive: true});
    await writeFile(file, outputText);
  }
  await writeFile(join(folder, "package.json"), `{"type": "module"}`);
}

describe("a scorer's version", () => {
  it("is the same for every scorer whether tsx loads its source or node what tsc made of it", async () => {
    const cache = path("../../node_modules/.cache");
    await mkdir(cache, {recursive: true});
    const folder = await mkdtemp(join(cache, "assay-scorers-"));
    try {
      await transpiled(folder);
      const compiled = await versions(join(folder, "scorers/index.js"));
      expect(await versions(join(src, "scorers/index.ts"), "--import", "tsx")).toEqual(compiled);
      const all = Object.entries(scorers)
        .filter(([, value]) => typeof value === "function")
        .map(([name]) => name)
        .filter((name) => !["identifiedVersion", "scorerVersion", "withSettings"].includes(name));
      expect(Object.keys(compiled)).toEqual(all.sort());
      expect(new Set(Object.values(compiled)).size).toBe(all.length);
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  }, 120_000);
});

describe("normalizeSource", () => {
  const same = (...texts: string[]) => new Set(texts.map(normalizeSource)).size === 1;

  it("leaves out comments, white space, quotes, void 0, joined strings and esbuild's names", () => {
    expect(same("(a) => a", "a=>a", "( a ) => /* a */ a // a")).toBe(true);
    expect(same("() => 'x' + \"y\"", "()=>`xy`")).toBe(true);
    expect(same("(a) => a + 'x' + 'y'", "a=>a+'xy'")).toBe(true);
    expect(same("() => undefined", "()=>void 0")).toBe(true);
    expect(same("() => /\\p{L}/u", '()=>new RegExp("\\\\p{L}","u")')).toBe(true);
    expect(
      same(
        "() => { const f = (a) => a; return f; }",
        '()=>{const f=__name(a=>a,"f");return f}',
        '()=>{const f=a=>a;__name(f,"f");return f;;}'
      )
    ).toBe(true);
  });

  it("keeps whatever changes what is computed", () => {
    const texts = [
      "(a) => a",
      "(a) => !a",
      "(a) => a + 1",
      "(a) => 1 + a",
      "(a) => a + '1'",
      "(a) => a + 1n",
      "(a) => a.b",
      "(a) => a?.b",
      "(a) => a[b]",
      "(a) => a['b']",
      "async (a) => a",
      "(a) => /a/.test(a)",
      "(a) => /a/i.test(a)",
      "(a) => `${a}`",
      "(a) => { a; }",
      "(a) => (1, a)",
      "function (a) { return a }",
      "function* (a) { return a }"
    ];
    expect(new Set(texts.map(normalizeSource)).size).toBe(texts.length);
  });

  it("reads methods, and gives native code back as it is", () => {
    expect(same("aggregate(rows) { return rows.length }", "aggregate(rows){return rows.length}")).toBe(true);
    const native = Math.max.toString();
    expect(normalizeSource(native)).toBe(native);
  });
});
