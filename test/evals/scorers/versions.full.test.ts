import {execFile} from "node:child_process";
import {appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import ts from "typescript";
import {describe, expect, it} from "vitest";
import {rememberModules} from "../../../src/base/fingerprint/rememberModules.js";
import * as scorers from "../../../src/evals/scorers/index.js";
import {configuredScorer, statedExamples} from "../../docs/examples.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const src = path("../../../src");
const run = promisify(execFile);

/** Each scorer as the first of its examples configures it. */
const configured = JSON.stringify(
  Object.fromEntries(
    Object.entries(statedExamples(path("../../../src/evals/scorers"))).map(([name, [first]]) => [
      name,
      configuredScorer(name, first![0])
    ])
  )
);

async function versions(index: string, ...flags: string[]): Promise<Record<string, string>> {
  const {stdout} = await run(process.execPath, [
    ...flags,
    path("support/printVersions.js"),
    index,
    configured
  ]);
  return JSON.parse(stdout) as Record<string, string>;
}

/** Rooms that scorers reach. */
const REACHED = /^(?:base|data|inference|weights|evals\/scorers)\//;

/** The engine as `tsc` prints it, in a folder that finds the same packages. */
async function transpiled(folder: string): Promise<void> {
  for (const name of await readdir(src, {recursive: true})) {
    if (!name.endsWith(".ts") || !REACHED.test(name)) continue;
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

describe("the versions of all scorers", () => {
  it("are the same from the sources and from what was built of them, until that is changed", async () => {
    const cache = path("../../../node_modules/.cache");
    await mkdir(cache, {recursive: true});
    const folder = await mkdtemp(join(cache, "assay-scorers-"));
    try {
      await transpiled(folder);
      rememberModules(folder, src);
      const index = join(folder, "evals/scorers/index.js");
      const compiled = await versions(index);
      expect(await versions(join(src, "evals/scorers/index.ts"), "--import", "tsx")).toEqual(compiled);
      const all = Object.entries(scorers)
        .filter(([, value]) => typeof value === "function")
        .map(([name]) => name)
        .filter(
          (name) => !["identifiedVersion", "modelAsked", "scorerVersion", "withSettings"].includes(name)
        );
      expect(Object.keys(compiled).sort()).toEqual(all.sort());
      expect(new Set(Object.values(compiled)).size).toBe(all.length);
      await appendFile(join(folder, "evals/scorers/normalizeText.js"), "export const more = 1;\n");
      const changed = await versions(index);
      const moved = Object.keys(compiled).filter((name) => changed[name] !== compiled[name]);
      expect(moved).toEqual(["normalizedMatch", "tokenF1"]);
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  });
});
