import {execFileSync} from "node:child_process";
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {mergedIgnore} from "../../src/cli/start/mergedIgnore.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

/** A folder with these files, in which the package is found, as after `npm install`. */
async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryProject();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(resolve(import.meta.dirname, "../.."), join(folder, "node_modules/assay"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const typeIn = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {type?: string}).type;

describe("assay init in a repository", () => {
  it.each(["{", "[]", "null", '""', '{"scripts": "none"}', '{"dependencies": ["a"]}'])(
    "leaves a package.json alone that it cannot read, and writes nothing beside it: %s",
    async (text) => {
      const folder = await temporaryProject();
      writeFileSync(join(folder, "package.json"), text);
      const {code, stderr} = await assayHere(folder, "init");
      expect(code).toBe(1);
      expect(stderr).toMatch(/package\.json (is not valid JSON|was edited or damaged).*Nothing was written/);
      expect(readdirSync(folder).filter((name) => name !== ".assay")).toEqual(["package.json"]);
      expect(readFileSync(join(folder, "package.json"), "utf8")).toBe(text);
    }
  );

  it("lets git ignore the store and what is built, by a .gitignore that was there and by the store itself", async () => {
    const folder = await folderWith({".gitignore": "node_modules\r\n*.log\r\n"});
    const git = (...words: string[]) => execFileSync("git", words, {cwd: folder, encoding: "utf8"});
    git("init", "-q");
    const {stdout} = await assay(folder, "init");
    expect(stdout).toContain("Added to .gitignore: dist/, .assay/, pages/.observablehq/.");
    expect(stdout).not.toContain("kept as they were: .gitignore");
    const merged = "node_modules\r\n*.log\r\ndist/\r\n.assay/\r\npages/.observablehq/\r\n";
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(merged);
    expect((await assayHere(folder, "init")).stdout).not.toContain("Added");
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(merged);

    expect((await assayHere(folder, "pull")).code).toBe(0);
    expect(git("add", "-A", "-n")).not.toContain(".assay");
    rmSync(join(folder, ".gitignore"));
    expect(git("add", "-A", "-n")).not.toContain(".assay");
    // Who wants the store in the repository takes its file away, and no command brings it back.
    rmSync(join(folder, ".assay", ".gitignore"));
    expect((await assayHere(folder, "pull")).code).toBe(0);
    expect(git("add", "-A", "-n")).toMatch(/\.assay\/datasets\/.*rows\.parquet/);
  }, 60_000);

  it("hides a store that is made in an empty folder, and leaves one with files as it is", async () => {
    const [empty, used] = [await temporaryProject(), await temporaryProject()];
    writeFileSync(join(used, ".gitkeep"), "");
    for (const dir of [empty, used]) await openWorkspace(await temporaryProject(), dir);
    expect(readFileSync(join(empty, ".gitignore"), "utf8")).toBe("*\n");
    expect(() => readFileSync(join(used, ".gitignore"))).toThrow("ENOENT");
  });

  it.each([
    ["a file without an end of line", "/dist", "/dist\n.assay/\n", [".assay/"]],
    ["one that takes the store out again", "dist/\n!/.assay/\n", "dist/\n!/.assay/\n", []],
    ["an empty one", "", "dist/\n.assay/\n", ["dist/", ".assay/"]]
  ])("adds what is missing to %s", (_, own, text, added) => {
    expect(mergedIgnore(own, "dist/\n.assay/\n")).toEqual({text, added});
  });

  it.each([
    ["index.js", `const {join} = require("node:path");\nconsole.log(join("a", "b"));\n`],
    ["src/server.js", "module.exports = 1;\n"],
    ["lib/deep/part.js", "exports.one = 1;\n"],
    ["test/one.js", `require("node:assert");\n`],
    ["bin/run.js", "#!/usr/bin/env node\nconsole.log(1);\n"],
    ["src/app.js", `import {part} from "./part";\npart();\n`]
  ])("leaves a package as it is whose %s would break as an ES module", async (path, text) => {
    for (const stated of [{}, {type: "commonjs"}]) {
      const manifest = {name: "legacy", main: "index.js", ...stated};
      const folder = await folderWith({"package.json": JSON.stringify(manifest), [path]: text});
      const {stdout} = await assayHere(folder, "init");
      expect(typeIn(folder)).toBe(manifest.type);
      expect(stdout).toContain(`${path} would not run as an ES module`);
      if (path === "index.js")
        expect(execFileSync(process.execPath, [join(folder, path)], {encoding: "utf8"})).toBe("a/b\n");
    }
  });

  it("makes modules of an empty package, and of one whose files are modules or say what they are", async () => {
    const test = {test: 'echo "Error: no test specified" && exit 1'};
    const manifest = JSON.stringify({name: "new", version: "1.0.0", main: "index.js", scripts: test});
    const modules = {
      "index.js": `import {one} from "./lib/one.js";\nconsole.log(one);\n`,
      "lib/one.js": "export const one = 1;\n",
      "old.cjs": "module.exports = 1;\n",
      "packages/one/package.json": "{}",
      "packages/one/index.js": "module.exports = 1;\n"
    };
    for (const files of [{}, modules]) {
      const folder = await folderWith({"package.json": manifest, ...files});
      expect((await assayHere(folder, "init")).stdout).not.toContain("!");
      expect(typeIn(folder)).toBe("module");
    }
  });

  it("names commands that are there, where scripts of these names are the project's own", async () => {
    const scripts = {dev: "vite", start: "node server.cjs", rebuild: "make -B", run: "assay run --limit 5"};
    const folder = await folderWith({"package.json": JSON.stringify({scripts})});
    const {stdout} = await assayHere(folder, "init");
    expect(stdout).toContain("npx assay rebuild");
    expect(stdout).not.toContain("npm start");
    const text = (path: string) => readFileSync(join(folder, path), "utf8");
    expect(text("README.md")).toMatch(/^npx assay rebuild +# pull[^\n]*\nnpx assay dev +# look/m);
    expect(text(".github/workflows/assay.yml")).toContain("run: npx assay rebuild\n");
    expect(JSON.parse(text("package.json"))).toMatchObject({scripts: {...scripts, check: "assay check"}});
  });
});
