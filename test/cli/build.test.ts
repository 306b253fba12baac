import {spawn, spawnSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join, resolve} from "node:path";
import {expect, it, vi} from "vitest";
import {assay} from "../support/assay.js";
import {LocalFolder, withLease} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {smallProject} from "./support/smallProject.js";

/** A project with a built site, whose next build runs this text as its configuration. */
async function builtProject(config: string): Promise<{project: string; site: string}> {
  const project = await temporaryProject();
  for (const folder of ["evals", "dist"]) mkdirSync(join(project, folder));
  const site = join(project, "dist", "index.html");
  writeFileSync(site, "the site of before");
  writeFileSync(join(project, "observablehq.config.js"), config);
  return {project, site};
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143]
] as const)(
  "%s ends a build with %i and leaves the site of before",
  {tags: ["long"]},
  async (signal, code) => {
    const {project, site} = await builtProject(`import {mkdirSync, writeFileSync} from "node:fs";
mkdirSync(process.env.ASSAY_SITE_OUTPUT ?? "dist", {recursive: true});
writeFileSync((process.env.ASSAY_SITE_OUTPUT ?? "dist") + "/index.html", "half");
console.log("begun");
await new Promise((resolve) => setTimeout(resolve, 60_000));`);
    const child = spawn(process.execPath, [compiled("bundle/main.js"), "build"], {
      cwd: project,
      env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
    });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said += data.toString()));
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      if (data.includes("begun")) child.kill(signal);
    });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(code);
    expect(said).toContain(`the build was stopped (${signal})`);
    expect(said).not.toContain("The site is in");
    expect(readFileSync(site, "utf8")).toBe("the site of before");
  }
);

it(
  "a complete build takes the place of the one before, and leaves nothing beside it",
  {tags: ["long"], timeout: 120_000},
  async () => {
    const project = await temporaryProject();
    await smallProject(project);
    mkdirSync(join(project, "dist"));
    writeFileSync(join(project, "dist", "gone.html"), "a page of before");
    vi.stubEnv("LOADED", join(project, "loaded"));
    const {code, stderr} = await assay(project, "build");
    vi.unstubAllEnvs();
    expect(stderr).not.toContain("assay:");
    expect(code).toBe(0);
    expect(readFileSync(join(project, "dist", "index.html"), "utf8")).toContain("A page.");
    expect(existsSync(join(project, "dist", "gone.html"))).toBe(false);
    expect(readdirSync(join(project, "src", ".observablehq"))).toEqual(["cache"]);
  }
);

it(
  "waits for another build of the same site, says for which, and leaves the site of before where it fails",
  {tags: ["long"]},
  async () => {
    const {project, site} = await builtProject(`import {writeFileSync} from "node:fs";
writeFileSync("begun", "");
throw new Error("no pages here");`);
    const begun = join(project, "begun");
    let said = "";
    let ended: Promise<number | null>;
    await withLease(
      new LocalFolder(join(project, ".assay")),
      "locks/site.json",
      {what: "A build of the site"},
      async () => {
        const child = spawn(process.execPath, [compiled("bundle/main.js"), "build"], {
          cwd: project,
          env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
        });
        ended = new Promise((resolve) => child.once("close", resolve));
        await new Promise<void>((resolve) => {
          void ended.then(() => resolve());
          child.stderr.on("data", (data: Buffer) => {
            said += data.toString();
            if (said.includes("waiting for it")) resolve();
          });
        });
        expect(existsSync(begun)).toBe(false);
      }
    );
    expect(await ended!).toBe(1);
    expect(readFileSync(site, "utf8")).toBe("the site of before");
    expect(existsSync(begun)).toBe(true);
    expect(said).toMatch(
      new RegExp(`A build of the site is under way in process ${process.pid} since \\S+; waiting for it`)
    );
    expect(said).toContain("no pages here");
  }
);

it(
  "says of a full disk what to do, with no other project's address, and clears what loaders that ended had written",
  {tags: ["long"]},
  async () => {
    const {project} = await builtProject(
      'throw Object.assign(new Error("ENOSPC: no space left on device, write"), {code: "ENOSPC"});'
    );
    const cache = join(project, "src", ".observablehq", "cache", "data", "duckdb");
    mkdirSync(cache, {recursive: true});
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    const kept = ["engine.js", `duckdb.wasm.${process.pid}`, "notes.2024"];
    for (const name of [...kept, `duckdb.wasm.${pid}.err`, `duckdb.wasm.${pid}`])
      writeFileSync(join(cache, name), "half");
    const {code, stdout, stderr} = await assay(project, "build");
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not be built .*src\/\.observablehq: The disk is full: free some space/);
    expect(stdout + stderr).not.toContain("file an issue");
    expect(readdirSync(cache).sort()).toEqual(kept.sort());
  }
);

it("finds what pages import from Assay in a project that links a checkout", {tags: ["long"]}, async () => {
  const project = await temporaryProject();
  mkdirSync(join(project, "node_modules"));
  symlinkSync(resolve(import.meta.dirname, "../.."), join(project, "node_modules", "assay"));
  const framework = dirname(createRequire(import.meta.url).resolve("@observablehq/framework/package.json"));
  const {resolveNodeImport} = (await import(join(framework, "dist/node.js"))) as {
    resolveNodeImport(root: string, name: string): Promise<string>;
  };
  const bundled = await resolveNodeImport(join(project, "pages"), "assay/stats");
  expect(existsSync(join(project, "pages", ".observablehq", "cache", bundled))).toBe(true);
});
