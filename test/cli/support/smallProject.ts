import {mkdir, symlink, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {expect} from "vitest";
import {modelsDir, openWorkspace} from "../../../src/base/store/index.js";
import {colourModel} from "../../support/colourModel.js";
import {compiled} from "../../support/compiledEngine.js";

const repository = resolve(import.meta.dirname, "../../..");

/** Rows of a small project at its beginning. */
export const ROWS = 12;

/** A line of the project's data. */
export const row = (i: number) =>
  JSON.stringify({
    id: `r${i}`,
    text: `item ${i} is ${i % 2 ? "red" : "green"}`,
    answer: i % 2 ? "red" : "green",
    part: "test"
  });

const textsFrom = (engine: string, site: string) => ({
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
  "prices/prices.json": JSON.stringify({kind: "prices", prices: []}),
  "src/index.md": "# Words\n\nA page.\n",
  "src/data/words.json.ts": `import {appendFileSync} from "node:fs";
import {said} from "./said.js";
appendFileSync(process.env.LOADED, "x");
process.stdout.write(JSON.stringify(said));`,
  "src/data/said.ts": `import {readFileSync} from "node:fs";
import {more} from "../../lib/more.js";
export const said = "words" + more + readFileSync("data/read.txt", "utf8");`,
  "lib/more.ts": `export const more = " and more";`,
  "lib/title.ts": `export const title = "Words";`,
  "data/read.txt": " that are read",
  "src/words.md": '# Said\n\n```js\ndisplay(await FileAttachment("./data/words.json").json());\n```\n',
  "src/style.css": "",
  "observablehq.config.ts": `import {siteConfig} from ${site};
import {title} from "./lib/title.js";
const {dynamicPaths, header, footer, head, ...config} = await siteConfig({title});
export default {...config, pages: []};`,
  "package.json": JSON.stringify({type: "module"})
});

export type SmallProjectFile = keyof ReturnType<typeof textsFrom>;

export interface SmallProject {
  folder: string;
  edit(path: SmallProjectFile, from: string, to: string): Promise<void>;
}

/**
 * A project with a dataset, an eval of a server (MODEL_SERVER) and a merge, whose scorer leaves a mark in SCORED for each
 * row, and a site of two pages whose one loader leaves a mark in LOADED.
 */
export async function smallProject(folder: string): Promise<SmallProject> {
  const [engine, site] = ["bundle/index.js", "bundle/site.js"].map((path) => JSON.stringify(compiled(path)));
  const texts = textsFrom(engine!, site!);
  for (const below of ["data", "data-loaders", "evals", "lib", "prices", "src", "src/data"])
    await mkdir(join(folder, below));
  for (const [path, text] of Object.entries(texts)) await writeFile(join(folder, path), text);
  const rows = Array.from({length: ROWS}, (_, i) => row(i) + "\n");
  await writeFile(join(folder, "data", "words.jsonl"), rows.join(""));
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  const dir = modelsDir(await openWorkspace(folder, ".assay"));
  await colourModel(dir, "warm", {red: 3});
  await colourModel(dir, "cold", {green: 3, blue: 3});
  return {
    folder,
    async edit(path, from, to) {
      expect(texts[path]).toContain(from);
      await writeFile(join(folder, path), (texts[path] = texts[path].replace(from, to)));
    }
  };
}
