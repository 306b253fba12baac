import {execFileSync} from "node:child_process";
import {readdirSync, readFileSync} from "node:fs";
import {cp, mkdir, readdir, rm, symlink, writeFile} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {beforeAll, describe, expect, it, vi} from "vitest";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";
import {type Command, stepsOf} from "./guide.js";

const repository = resolve(import.meta.dirname, "../..");
const folder = join(repository, "docs/guides");
const guides = readdirSync(folder).map((name) => basename(name, ".md"));

const SMOL = "HuggingFaceTB/SmolLM2-135M-Instruct";
const SERVER = "https://api.example.com/v1";

/** What a guide needs and no test fetches: models, and pages that take long to build. */
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
  const pages = join(project, "pages");
  for (const name of await readdir(pages))
    if (name.endsWith(".md")) await writeFile(join(pages, name), "# A page\n");
  for (const name of await readdir(join(pages, "data")))
    if (!name.startsWith("duckdb")) await rm(join(pages, "data", name), {recursive: true});
}

const tickets = readFileSync(join(repository, "templates/project/data/tickets.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as {text: string; queue: string});
/** The queue of the ticket in a prompt. */
const queueOf = (prompt: string) => tickets.find(({text}) => prompt.includes(text))?.queue ?? "billing";

let begun: string;
let server: ModelServer;

beforeAll(async () => {
  begun = await temporaryProject();
  await mkdir(join(begun, "node_modules"));
  await symlink(repository, join(begun, "node_modules/assay"));
  expect(await assayHere(begun, "init")).toMatchObject({code: 0});
  server = await startModelServer({models: ["small-1", "large-1"], answer: ({prompt}) => queueOf(prompt)});
  vi.stubEnv("EXAMPLE_KEY", "a key");
  return () => server.close();
});

/** A line of a guide as the test runs it: one guide builds the site, which is enough. */
const ranAs = (line: string) =>
  line
    .replace(`models add ${SMOL}`, `models add tiny --name ${SMOL}`)
    .replaceAll(SERVER, server.url)
    .replace(/rebuild(?!.*--no-build)/, "rebuild --no-build");

/** Builds start processes of their own. */
const ALONE = /assay build/;

/** Runs a line, and gives what it prints. */
async function run(project: string, {line, code}: Command): Promise<string> {
  const [npx, command, ...words] = ranAs(line)
    .match(/"[^"]*"|\S+/g)!
    .map((word) => word.replaceAll('"', ""));
  if (npx !== "npx" || command !== "assay")
    return execFileSync("sh", ["-c", line], {cwd: project, encoding: "utf8"});
  const ended = await (ALONE.test(line) ? assay : assayHere)(project, ...words);
  expect(ended.code, `${line}: ${ended.stdout}${ended.stderr}`).toBe(code);
  return ended.stdout;
}

/** The others take long. */
const SHORT = ["datasets"];

async function follow(name: string): Promise<void> {
  const project = await temporaryProject();
  await cp(begun, project, {recursive: true, verbatimSymlinks: true});
  await PREPARE[name]?.(project);
  const steps = stepsOf(readFileSync(join(folder, `${name}.md`), "utf8"));
  expect(steps.length).toBeGreaterThan(1);
  for (const step of steps) {
    if ("file" in step) {
      await mkdir(dirname(join(project, step.file)), {recursive: true});
      await writeFile(join(project, step.file), ranAs(step.text));
    } else {
      let printed = "";
      for (const command of step.commands) printed += await run(project, command);
      for (const line of step.shows) expect(printed).toContain(line);
    }
  }
}

describe("the guides", () => {
  it.each(SHORT)("%s does what it says", follow);
  it.each(guides.filter((name) => !SHORT.includes(name)))("%s does what it says", {tags: ["long"]}, follow);

  it.each(guides)("%s fits on a page", (name) => {
    const words = readFileSync(join(folder, `${name}.md`), "utf8").split(/\s+/);
    expect(words.length).toBeLessThanOrEqual(350);
  });
});
