import {spawn} from "node:child_process";
import {appendFile, readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {assay} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {row, ROWS, type SmallProject, smallProject} from "./support/smallProject.js";

let project: string;
let edit: SmallProject["edit"];
let model: ModelServer;

beforeAll(async () => {
  project = await temporaryProject();
  model = await startModelServer();
  ({edit} = await smallProject(project));
});
afterAll(() => model.close());

/** What `assay rebuild` does again. */
async function rebuilt(words: string[] = []): Promise<{
  calls: number;
  scored: number;
  merges: number;
  loaders: number;
  built: boolean;
}> {
  model.requests.length = 0;
  const logs = {SCORED: join(project, "scored.log"), LOADED: join(project, "loaded.log")};
  for (const log of Object.values(logs)) await writeFile(log, "");
  const pages = join(project, "dist", "index.html");
  const before = await readFile(join(project, ".assay", "site.json"), "utf8").catch(() => "");
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "rebuild", ...words], {
    cwd: project,
    env: {
      ...process.env,
      ...logs,
      ASSAY_PROJECT: project,
      ASSAY_DIR: join(project, ".assay"),
      NO_COLOR: "1",
      MODEL_SERVER: model.url
    }
  });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const code = await new Promise((end) => child.once("close", end));
  expect(code, said).toBe(0);
  await readFile(pages);
  if (words[0] !== notBuilt[0]) {
    const isBuilt = (await readFile(join(project, ".assay", "site.json"), "utf8")) !== before;
    expect(said).toMatch(isBuilt ? /Report: \S+ +\(built in \d+ s, / : /Report: \S+ +\(unchanged, 0 new/);
  }
  return {
    calls: model.requests.filter(({body}) => body.messages?.[0]?.content?.includes("item")).length,
    scored: (await readFile(logs.SCORED, "utf8")).length,
    merges: said.split("merging 2 models").length - 1,
    loaders: (await readFile(logs.LOADED, "utf8")).length,
    built: (await readFile(join(project, ".assay", "site.json"), "utf8")) !== before
  };
}

const nothing = {calls: 0, scored: 0, merges: 0, loaders: 0, built: false};
const notBuilt = ["--no-build"];

it("redoes what depends on what was changed, and nothing else", async () => {
  const all = {calls: ROWS, scored: 2 * ROWS, merges: 1, loaders: 1, built: true};
  expect(await rebuilt()).toEqual(all);
  expect(await rebuilt(), "nothing changed").toEqual(nothing);

  await appendFile(join(project, "data", "words.jsonl"), row(ROWS) + "\n");
  expect(await rebuilt(notBuilt), "a row").toEqual({...nothing, calls: 1, scored: 2});
  const rows = ROWS + 1;

  await edit("evals/scorer.ts", "output === expected", "output.trim() === expected");
  expect(await rebuilt(notBuilt), "a scorer").toEqual({...nothing, scored: 2 * rows});

  await edit("evals/words.eval.ts", 'prompt: "{{text}}"', 'prompt: "Say it: {{text}}"');
  expect(await rebuilt(notBuilt), "a prompt").toEqual({...nothing, calls: rows, scored: 2 * rows});

  const weight = 'storedModel("warm"), parameters: {weight: ';
  await edit("evals/words.eval.ts", `${weight}0.5}`, `${weight}0.7}`);
  expect(await rebuilt(), "a recipe").toEqual({...nothing, scored: rows, merges: 1, loaders: 1, built: true});

  await writeFile(
    join(project, "prices", "prices.json"),
    JSON.stringify({kind: "prices", prices: []}, null, 2)
  );
  expect(await rebuilt(), "a price").toEqual({...nothing, loaders: 1, built: true});

  await edit("src/words.md", "# Said", "# What was said");
  expect(await rebuilt(), "a page").toEqual({...nothing, built: true});

  await edit("src/data/said.ts", "words", "other words");
  expect(await rebuilt(), "what a loader imports").toEqual({...nothing, loaders: 1, built: true});
}, 240_000);

it("builds the site again for what comes from beside the pages, and asks loaders for what they read themselves when told to build", async () => {
  await edit("lib/more.ts", "and more", "from beside the site");
  expect(await rebuilt(), "what that imports").toEqual({...nothing, loaders: 1, built: true});
  expect(await pageData()).toBe("other words from beside the site that are read");

  await edit("lib/title.ts", "Words", "Titles");
  expect(await rebuilt(), "what the configuration imports").toEqual({...nothing, built: true});
  expect(await rebuilt(), "nothing changed").toEqual(nothing);

  await edit("data/read.txt", "are read", "a loader reads itself");
  expect(await rebuilt(), "what a loader reads itself").toEqual(nothing);
  vi.stubEnv("LOADED", join(project, "loaded.log"));
  expect((await assay(project, "build")).code).toBe(0);
  vi.unstubAllEnvs();
  expect(await pageData()).toBe("other words from beside the site that a loader reads itself");
}, 240_000);

/** What the site's one loader printed into the site. */
async function pageData(): Promise<unknown> {
  const folder = join(project, "dist", "_file", "data");
  const [file] = await readdir(folder);
  return JSON.parse(await readFile(join(folder, file!), "utf8"));
}
