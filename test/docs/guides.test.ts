import {spawn} from "node:child_process";
import {readdirSync, readFileSync} from "node:fs";
import {chmod, cp, mkdir, readdir, rm, symlink, writeFile} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";
import {stepsOf} from "./guide.js";

const repository = resolve(import.meta.dirname, "../..");
const folder = join(repository, "docs/guides");
const guides = readdirSync(folder).map((name) => basename(name, ".md"));

const SMOL = "HuggingFaceTB/SmolLM2-135M-Instruct";
const SERVER = "https://api.example.com/v1";

/** What a guide needs and no test fetches: models, a server, and pages that take long to build. */
const PREPARE: Record<string, (project: string) => Promise<unknown>> = {
  "fine-tune": (project) => tinyLanguageModel(join(project, "tiny")),
  merge: (project) =>
    Promise.all(
      ["base", "support", "sales"].map((seed) => tinyLanguageModel(join(project, "models", seed), {seed}))
    ),
  report: withEmptyPages
};

/** The report's own pages have tests of their own. */
async function withEmptyPages(project: string): Promise<void> {
  const src = join(project, "src");
  for (const name of await readdir(src))
    if (name.endsWith(".md")) await writeFile(join(src, name), "# A page\n");
  for (const name of await readdir(join(src, "data")))
    if (!/^(duckdb|rows)/.test(name)) await rm(join(src, "data", name), {recursive: true});
}

let begun: string;
let server: ModelServer;

beforeAll(async () => {
  begun = await temporaryProject();
  await mkdir(join(begun, "node_modules/.bin"), {recursive: true});
  await symlink(repository, join(begun, "node_modules/assay"));
  expect(await assay(begun, "init")).toMatchObject({code: 0});
  server = await startModelServer({models: ["small-1"], answer: () => "billing"});
  return () => server.close();
});

/** A line of a guide as the test runs it: one guide builds the site, which is enough. */
const ranAs = (line: string) =>
  line
    .replace(`models add ${SMOL}`, `models add tiny --name ${SMOL}`)
    .replaceAll(SERVER, server.url)
    .replace(/rebuild(?!.*--no-build)/, "rebuild --no-build");

/** The commands of a block, in one shell; ends with the first whose exit code is not the stated one. */
async function inShell(project: string, commands: {line: string; code: number}[]): Promise<string> {
  const script = commands.map(
    ({line, code}) =>
      `${ranAs(line)}; code=$?; [ $code = ${code} ] || { echo '${line.replaceAll("'", "")}' exited with $code; exit 1; }`
  );
  const child = spawn("sh", ["-c", script.join("\n")], {
    cwd: project,
    env: {...process.env, PATH: `${join(project, "bin")}:${process.env.PATH}`, EXAMPLE_KEY: "a key", NO_COLOR: "1"}
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (printed += data.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, printed).toBe(0);
  return printed;
}

/** `npx assay` without npm's start-up. */
async function withNpx(project: string): Promise<void> {
  const npx = join(project, "bin/npx");
  await mkdir(dirname(npx));
  await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${compiled("bundle/main.js")}" "$@"\n`);
  await chmod(npx, 0o755);
}

describe.concurrent("the guides", () => {
  it.each(guides)("%s does what it says", async (name) => {
    const project = await temporaryProject();
    await cp(begun, project, {recursive: true, verbatimSymlinks: true});
    await withNpx(project);
    await PREPARE[name]?.(project);
    const steps = stepsOf(readFileSync(join(folder, `${name}.md`), "utf8"));
    expect(steps.length).toBeGreaterThan(1);
    for (const step of steps) {
      if ("file" in step) {
        await mkdir(dirname(join(project, step.file)), {recursive: true});
        await writeFile(join(project, step.file), ranAs(step.text));
      } else {
        const printed = await inShell(project, step.commands);
        for (const line of step.shows) expect(printed).toContain(line);
      }
    }
  });
});

it.each(guides)("%s fits on a page", (name) => {
  expect(readFileSync(join(folder, `${name}.md`), "utf8").split(/\s+/).length).toBeLessThanOrEqual(350);
});
