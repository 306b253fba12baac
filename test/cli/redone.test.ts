import {spawn} from "node:child_process";
import {appendFile, mkdir, readFile, symlink, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {modelsDir, openWorkspace} from "../../src/store/index.js";
import {colourModel} from "../support/colourModel.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const repository = resolve(import.meta.dirname, "../..");
const engine = JSON.stringify(join(repository, "lib", "index.js"));
const site = JSON.stringify(join(repository, "lib", "site", "index.js"));
const ROWS = 12;
const row = (i: number) =>
  JSON.stringify({
    id: `r${i}`,
    text: `item ${i} is ${i % 2 ? "red" : "green"}`,
    answer: i % 2 ? "red" : "green",
    part: "test"
  });

const texts = {
  "data-loaders/words.ts": `import {defineDataset} from ${engine};
export default defineDataset({name: "words", id: "id", text: "text", sensitivity: "public", source: {kind: "files", files: "data/words.jsonl"}});`,
  "evals/words.eval.ts": `import {candidate, defineEval, mergedModel, openAICompatible, storedModel, trained} from ${engine};
import dataset from "../data-loaders/words.js";
import {isRight} from "./scorer.js";
const asked = openAICompatible({name: "asked", baseUrl: process.env.MODEL_SERVER, hosting: "api", trust: "local"});
const blend = mergedModel({name: "blend", method: "linear", models: [
  {source: storedModel("warm"), parameters: {weight: 0.5}}, {source: storedModel("cold"), parameters: {weight: 0.5}}]});
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("asked", asked, "test-model"), trained("blend", blend)], scorers: {right: isRight}});`,
  "evals/scorer.ts": `import {appendFileSync} from "node:fs";
export const isRight = ({output, expected}) => {
  appendFileSync(process.env.SCORED, "x");
  return output === expected;
};
isRight.module = import.meta.url;`,
  "prices/prices.json": JSON.stringify({prices: []}),
  "src/index.md": "# Words\n\nA page.\n",
  "src/data/words.json.ts": `import {appendFileSync} from "node:fs";
import {said} from "./said.js";
appendFileSync(process.env.LOADED, "x");
process.stdout.write(JSON.stringify(said));`,
  "src/data/said.ts": `export const said = "words";`,
  "src/words.md": '# Said\n\n```js\ndisplay(await FileAttachment("./data/words.json").json());\n```\n',
  "src/style.css": "",
  "observablehq.config.ts": `import {siteConfig} from ${site};
const {dynamicPaths, header, footer, head, ...config} = await siteConfig();
export default {...config, pages: []};`,
  "package.json": JSON.stringify({type: "module"})
};

let project: string;
let model: ModelServer;

beforeAll(async () => {
  project = await temporaryProject();
  model = await startModelServer();
  for (const folder of ["data", "data-loaders", "evals", "prices", "src", "src/data"])
    await mkdir(join(project, folder));
  for (const [path, text] of Object.entries(texts)) await writeFile(join(project, path), text);
  await writeFile(
    join(project, "data", "words.jsonl"),
    Array.from({length: ROWS}, (_, i) => row(i) + "\n").join("")
  );
  await symlink(join(repository, "node_modules"), join(project, "node_modules"));
  const dir = modelsDir(await openWorkspace(project, ".assay"));
  await colourModel(dir, "warm", {red: 3});
  await colourModel(dir, "cold", {green: 3, blue: 3});
}, 900_000);
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
  const child = spawn(process.execPath, [join(repository, "lib", "cli", "main.js"), "rebuild", ...words], {
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
  return {
    calls: model.requests.filter(({body}) => body.messages?.[0]?.content?.includes("item")).length,
    scored: (await readFile(logs.SCORED, "utf8")).length,
    merges: said.split("merging 2 models").length - 1,
    loaders: (await readFile(logs.LOADED, "utf8")).length,
    built: (await readFile(join(project, ".assay", "site.json"), "utf8")) !== before
  };
}

async function edit(path: keyof typeof texts, from: string, to: string): Promise<void> {
  expect(texts[path]).toContain(from);
  await writeFile(join(project, path), (texts[path] = texts[path].replace(from, to)));
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

  await writeFile(join(project, "prices", "prices.json"), JSON.stringify({prices: []}, null, 2));
  expect(await rebuilt(), "a price").toEqual({...nothing, loaders: 1, built: true});

  await edit("src/words.md", "# Said", "# What was said");
  expect(await rebuilt(), "a page").toEqual({...nothing, built: true});

  await edit("src/data/said.ts", "words", "other words");
  expect(await rebuilt(), "what a loader imports").toEqual({...nothing, loaders: 1, built: true});
}, 240_000);
