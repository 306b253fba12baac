import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {execFile} from "node:child_process";
import {promisify} from "node:util";
import {describe, expect, it} from "vitest";
import * as sources from "../../../src/index.js";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const bundled = (await import(pathToFileURL(compiled("bundle/index.js")).href)) as typeof sources;

describe("the bundle", () => {
  it("passes on what the package's index does", () => {
    expect(Object.keys(bundled).sort()).toEqual(Object.keys(sources).sort());
  });

  it("knows each module's own compiled file, by which versions of code are found", () => {
    const scorers = ({bleu, exactMatch, rouge}: typeof sources) => [bleu(), exactMatch, rouge()];
    expect(scorers(bundled).map((scorer) => scorer.module)).toEqual(
      ["bleu", "exactMatch", "rouge"].map((name) => pathToFileURL(compiled(`evals/scorers/${name}.js`)).href)
    );
  });

  it("is all of the engine that a command loads, with the files that a project imports from it", async () => {
    const project = await temporaryProject();
    mkdirSync(join(project, "evals"));
    const list = join(project, "loaded.txt");
    const hooks = `import {appendFileSync} from "node:fs";
      export const resolve = async (specifier, context, next) => {
        const found = await next(specifier, context);
        appendFileSync(${JSON.stringify(list)}, found.url + "\\n");
        return found;
      };`;
    const register = `import {register} from "node:module"; register(${JSON.stringify(asUrl(hooks))});`;
    writeFileSync(
      join(project, "e.mjs"),
      `await import(${JSON.stringify(pathToFileURL(compiled("bundle/index.js")).href)});
       await import(${JSON.stringify(pathToFileURL(compiled("bundle/site.js")).href)});
       process.argv.push("runs");
       await import(${JSON.stringify(pathToFileURL(compiled("bundle/main.js")).href)});`
    );
    const words = ["--import", asUrl(register), join(project, "e.mjs")];
    const {stdout} = await promisify(execFile)(process.execPath, words, {cwd: project});
    expect(stdout).toContain("No runs yet");
    const engine = pathToFileURL(compiled("")).href;
    const loaded = readFileSync(list, "utf8")
      .split("\n")
      .filter((url) => url.startsWith(engine));
    expect(loaded.length).toBeGreaterThan(50);
    expect(loaded.filter((url) => !url.startsWith(`${engine}/bundle/`))).toEqual([]);
  });
});

function asUrl(script: string): string {
  return `data:text/javascript,${encodeURIComponent(script)}`;
}
